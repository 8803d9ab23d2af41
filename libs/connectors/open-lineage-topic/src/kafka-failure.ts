import {
  ConfigurationError,
  InvalidMetadataError,
  NotAuthorizedError,
  SystemUnavailableError,
} from '@idaemon/connector-kit';

const refused = [
  'SASL_AUTHENTICATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
];
const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];
const wrong = ['INVALID_TOPIC_EXCEPTION', 'INVALID_GROUP_ID', 'UNSUPPORTED_SASL_MECHANISM'];

/** A failure of the client, named by what happens next. It nests the broker's answers in errors of its own. */
export function kafkaFailure(
  error: unknown,
  { brokers, topic }: { brokers: string[]; topic: string },
): Error {
  const all = [...nested(error)];
  const ids = all.map(({ apiId }) => apiId).filter((id) => id !== undefined);
  const system = `Kafka at ${brokers.join(', ')}`;
  const [id] = ids;
  if (all.some(({ code }) => code === 'PLT_KFK_AUTHENTICATION') || ids.some((one) => refused.includes(one)))
    return new NotAuthorizedError(`${system} refuses ${id ?? 'the user and password'}`, {
      action: `Check user, password and rights on the topic ${topic}; then resume the connector. No event is lost.`,
    });
  if (ids.some((one) => tooLarge.includes(one)))
    return new InvalidMetadataError(`${system} takes no event as large as this in the topic ${topic}`, {
      action:
        'Raise max.message.bytes of the topic, or leave out facets by transform; then replay the dead letter.',
    });
  if (ids.some((one) => wrong.includes(one)))
    return new ConfigurationError(`${system} does not take the configuration: ${id}`);
  if (ids.includes('UNKNOWN_TOPIC_OR_PARTITION') || all.some(isUnknownTopic))
    return new SystemUnavailableError(`The topic ${topic} of ${system}`, {
      cause: new Error('it is not there'),
      action: 'Create the topic, or correct its name; it is looked for again by itself.',
    });
  return new SystemUnavailableError(system, {
    cause: all.at(-1)?.message ? new Error(all.at(-1)?.message) : error,
  });
}

/** What the client says itself, after it has looked for the topic. */
function isUnknownTopic({ message }: Nested): boolean {
  return message?.startsWith('Unknown topic') === true;
}

interface Nested {
  code?: string;
  apiId?: string;
  message?: string;
}

/** From the outside to the inside. */
function* nested(error: unknown, depth = 0): Generator<Nested> {
  if (typeof error !== 'object' || error === null || depth > 10) return;
  const { errors, cause } = error as { errors?: unknown; cause?: unknown };
  yield error;
  for (const one of Array.isArray(errors) ? errors : []) yield* nested(one, depth + 1);
  yield* nested(cause, depth + 1);
}
