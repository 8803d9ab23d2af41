/** The documents that operators write: connector configurations and gateways (design §5). */
import { z } from 'zod';
import { ServiceName } from './services.js';

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration such as `500ms`, `30s`, `10m`, `2h`, `1d`; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  return match ? Number(match[1]) * durationUnits[match[2] as keyof typeof durationUnits] : undefined;
}

export const Duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'must be a duration such as 30s, 10m, 2h or 1d');

/** A name that fits into URLs, NATS subjects and Kubernetes labels. */
export const ResourceName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be 1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit',
  );

/** Where a secret's value is; the value itself is never in a document, the database, a log or an answer. */
export const SecretReference = z
  .union([
    z.strictObject({
      env: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
        .describe('Name of an environment variable of the integrator.'),
    }),
    z.strictObject({
      file: z
        .string()
        .min(1)
        .describe('Path of a file as the integrator sees it; one trailing newline is dropped.'),
    }),
    z.strictObject({
      kubernetes: z.strictObject({
        name: z.string().min(1),
        key: z.string().min(1),
        namespace: z.string().optional(),
      }),
    }),
    z.strictObject({ vault: z.strictObject({ path: z.string().min(1), key: z.string().min(1) }) }),
  ])
  .describe('A reference to a secret: env, file, kubernetes or vault.');
export type SecretReference = z.output<typeof SecretReference>;

export const Schedule = z
  .strictObject({
    every: Duration.optional().describe(
      'Interval between the starts of two refreshes, e.g. 10m; at least 1s.',
    ),
    cron: z.string().optional().describe('Cron expression of five or six fields.'),
    timeZone: z.string().optional().describe('IANA time zone of the cron expression; default UTC.'),
    startDate: z.iso.datetime().optional().describe('No scheduled refresh before this time.'),
    stopDate: z.iso.datetime().optional().describe('No scheduled refresh after this time.'),
  })
  .refine((s) => !(s.every && s.cron), { message: 'every and cron exclude each other', path: ['cron'] })
  .refine((s) => s.every ?? s.cron, { message: 'needs every or cron', path: ['every'] })
  .refine((s) => !s.every || (parseDuration(s.every) ?? 0) >= 1000, {
    message: 'must be at least 1s',
    path: ['every'],
  });
export type Schedule = z.output<typeof Schedule>;

export const Synchronization = z.enum(['from-third-party', 'to-third-party', 'both-directions']);
export type Synchronization = z.output<typeof Synchronization>;

/** What people want of a connector; its own row, never part of the document. */
export const WantedState = z.enum(['running', 'paused', 'stopped']);
export type WantedState = z.output<typeof WantedState>;

export const RemovalGuard = z.strictObject({
  maxPercent: z
    .number()
    .min(0)
    .max(100)
    .default(5)
    .describe('Removals above this share of a scope wait for approval.'),
  minElements: z.number().int().min(0).default(10).describe('Fewer removals than this never wait.'),
});
export type RemovalGuard = z.output<typeof RemovalGuard>;

export const MetadataSource = z.strictObject({
  qualifiedName: z.string().min(1).max(500),
  displayName: z.string().min(1).max(500).optional(),
});
export type MetadataSource = z.output<typeof MetadataSource>;

/** One connector configuration, as `idaemon apply -f` and REST take it. Unknown keys are refused. */
export const ConnectorConfiguration = z.strictObject({
  kind: z.literal('connector').default('connector').describe('The kind of document.'),
  name: ResourceName.describe('Unique and stable name of the connector instance.'),
  service: ServiceName.describe('The integration service that hosts it.'),
  connector: z.string().min(1).max(200).describe('The definition: a connector that the service hosts.'),
  description: z.string().max(2000).optional().describe('For people.'),
  config: z
    .record(z.string(), z.json())
    .default({})
    .describe("Checked by the definition's own schema; unknown keys are refused."),
  secrets: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/), SecretReference)
    .default({})
    .describe('References to secrets by the names that the definition uses.'),
  gateway: ResourceName.default('default').describe('The OMAS gateway, a declared document of kind gateway.'),
  metadataSource: MetadataSource.optional().describe(
    'The provenance of what it catalogues; default: the name of the connector.',
  ),
  schedule: Schedule.optional().describe('When it refreshes; none: only when asked.'),
  synchronization: Synchronization.default('from-third-party').describe(
    'The permitted directions; enforced by the gateway.',
  ),
  initialState: WantedState.default('running').describe('Wanted state at creation only.'),
  removal: RemovalGuard.default({ maxPercent: 5, minElements: 10 }).describe('The removal guard.'),
  maxRunTime: Duration.default('6h').describe('A run that takes longer is aborted and tried again.'),
});
export type ConnectorConfiguration = z.output<typeof ConnectorConfiguration>;

/** An OMAS gateway that connectors may name. */
export const GatewayDocument = z.strictObject({
  kind: z.literal('gateway'),
  name: ResourceName,
  description: z.string().max(2000).optional(),
  backend: z
    .enum(['embedded'])
    .default('embedded')
    .describe('embedded: the open metadata store on Postgres.'),
  schema: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/)
    .default('open_metadata')
    .describe('Postgres schema of the embedded store.'),
});
export type GatewayDocument = z.output<typeof GatewayDocument>;

/** Any document that `apply` takes. A document without `kind` is a connector. */
export const ConfigurationDocument = z.union([GatewayDocument, ConnectorConfiguration]);
export type ConfigurationDocument = z.output<typeof ConfigurationDocument>;

/** The metadata source of a configuration: what it says, else one named as the connector. */
export function metadataSourceOf(configuration: ConnectorConfiguration): Required<MetadataSource> {
  const { name, metadataSource } = configuration;
  const qualifiedName = metadataSource?.qualifiedName ?? name;
  return { qualifiedName, displayName: metadataSource?.displayName ?? qualifiedName };
}
