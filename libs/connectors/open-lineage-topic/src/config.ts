import { z } from 'zod';

/** What both directions need to reach Kafka. */
export const kafkaOptions = {
  brokers: z
    .array(z.string().regex(/^[^\s:,]+:\d{1,5}$/, 'must be host:port'))
    .min(1)
    .describe('Some of the brokers, as `host:port`; the others are learned from them.'),
  topic: z
    .string()
    .regex(/^[\w.-]{1,249}$/, 'must be the name of a topic')
    .describe('The topic; it must be there.'),
  tls: z
    .strictObject({
      ca: z.string().min(1).optional(),
      cert: z.string().min(1).optional(),
      key: z.string().min(1).optional(),
    })
    .optional()
    .describe(
      'Encrypted; PEM files as the integrator sees them: the authority of the brokers, and for mutual TLS certificate and key. Without: not encrypted.',
    ),
  sasl: z
    .strictObject({
      mechanism: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']),
      username: z.string().min(1),
    })
    .optional()
    .describe('Who signs in, with the secret `password`.'),
};

export interface KafkaConfig {
  brokers: string[];
  topic: string;
  tls?: { ca?: string; cert?: string; key?: string };
  sasl?: { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; username: string };
}

export const kafkaSecrets = {
  password: { description: 'Of the user that `sasl` names.', isRequired: false },
} as const;
