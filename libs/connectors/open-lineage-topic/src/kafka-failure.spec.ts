import {
  MultipleErrors,
  NetworkError,
  ProtocolError,
  AuthenticationError,
  UserError,
} from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { kafkaFailure } from './kafka-failure.js';

const of = { brokers: ['kafka:9092'], topic: 'events' };
/** As the client wraps what a broker answers. */
const answered = (id: string) => new MultipleErrors('Sending failed', [new ProtocolError(id)]);

describe('a failure of Kafka', () => {
  it('waits for brokers that are away or change', () => {
    for (const error of [
      new MultipleErrors('Cannot connect', [new NetworkError('connect ECONNREFUSED')]),
      answered('NOT_LEADER_OR_FOLLOWER'),
      answered('REBALANCE_IN_PROGRESS'),
      new Error('anything else'),
    ])
      expect(kafkaFailure(error, of)).toMatchObject({ code: 'system-unavailable' });
  });

  it('says that the topic is not there', () => {
    for (const error of [answered('UNKNOWN_TOPIC_OR_PARTITION'), new UserError('Unknown topic events.')])
      expect(kafkaFailure(error, of).message).toBe(
        'The topic events of Kafka at kafka:9092 is unavailable: it is not there',
      );
  });

  it('needs a person where it refuses', () => {
    for (const error of [
      new AuthenticationError('SASL authentication failed.'),
      answered('TOPIC_AUTHORIZATION_FAILED'),
      answered('GROUP_AUTHORIZATION_FAILED'),
    ])
      expect(kafkaFailure(error, of)).toMatchObject({ code: 'not-authorized' });
  });

  it('gives up an event that is too large', () => {
    expect(kafkaFailure(answered('MESSAGE_TOO_LARGE'), of)).toMatchObject({ code: 'metadata-invalid' });
  });
});
