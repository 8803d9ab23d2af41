/** What the REST interface answers, beyond the types that all processes agree on. */
import {
  ConnectorConfiguration,
  ConnectorStatus,
  Difference,
  ErrorCode,
  FieldError,
  GatewayDocument,
  listOf,
  NamespacePattern,
  PageQuery,
  ResourceName,
  Run,
  ServiceName,
  WantedState,
  WireError,
} from '@idaemon/contracts';
import { z } from 'zod';
import { Role } from '../access/role.js';

export { ServiceOverview } from '../ownership/service-overview.repository.js';

export const Page = z.strictObject(PageQuery.shape);

const Stored = {
  revision: z.number().int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  updatedBy: z.string(),
};

/** The document with its revision, what is wanted and what is observed. */
export const ConnectorResource = ConnectorConfiguration.extend({
  ...Stored,
  wanted: WantedState,
  status: ConnectorStatus,
});
export type ConnectorResource = z.output<typeof ConnectorResource>;

export const GatewayResource = GatewayDocument.extend({
  ...Stored,
  /** Those that this daemon has heard of lately; none: it is down. */
  replicas: z.array(z.object({ replica: z.string(), version: z.string(), lastSeenAt: z.iso.datetime() })),
});

export const RevisionResource = z.object({
  revision: z.number().int().positive(),
  change: z.enum(['created', 'updated', 'deleted']),
  document: z.record(z.string(), z.unknown()),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
});

/** A run with the first page of its differences; null while it goes on or its gateway cannot be asked. */
export const RunResource = Run.extend({ differences: listOf(Difference).nullable() });

export const Validation = z.object({ errors: z.array(FieldError), warnings: z.array(z.string()) });

export const ConnectionTest = z.object({ error: WireError.nullable(), durationMs: z.number() });

export const GroupDocument = z.strictObject({
  name: ResourceName,
  description: z.string().max(2000).optional(),
  members: z.array(ResourceName).max(10_000).default([]).describe('Names of connectors.'),
});

export const GroupResource = z.object({
  name: z.string(),
  description: z.string().nullable(),
  members: z.array(z.string()),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  updatedBy: z.string(),
});

/** What a verb did to one member of a group: its status, its run, or why it was impossible. */
export const MemberAnswer = z.object({
  name: z.string(),
  status: ConnectorStatus.nullable(),
  run: Run.nullable(),
  error: z.object({ code: ErrorCode, message: z.string(), action: z.string() }).nullable(),
});

export const AuditResource = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  who: z.string(),
  action: z.string(),
  resource: z.string(),
  kind: z.string(),
  name: z.string(),
  revision: z.number().int().nullable(),
  detail: z.record(z.string(), z.unknown()),
});

export const TokenRequest = z.strictObject({
  name: z.string().min(1).max(100),
  role: Role,
  expiresAt: z.iso.datetime().optional(),
});

export const TokenResource = z.object({
  id: z.uuid(),
  name: z.string(),
  role: Role,
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  expiresAt: z.iso.datetime().nullable(),
});

/** Answered once, when it is made. */
export const NewTokenResource = TokenResource.extend({ token: z.string() });

export const SenderRequest = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .refine((name) => name !== 'anonymous', 'is the name of those who have no key'),
  /** Of the jobs that it may send events of, and of the datasets that events are about; none: all. */
  namespaces: z.array(NamespacePattern).max(100).default([]),
});

export const SenderResource = z.object({
  id: z.uuid(),
  name: z.string(),
  namespaces: z.array(z.string()),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  revokedAt: z.iso.datetime().nullable(),
});

/** Answered once, when it is made. */
export const NewSenderResource = SenderResource.extend({ key: z.string() });

export const LogLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error']);

export const LogLevelResource = z.object({
  instance: z.string(),
  service: ServiceName,
  /** Null: as its environment says. */
  level: LogLevel.nullable(),
  changedAt: z.iso.datetime().nullable(),
  changedBy: z.string().nullable(),
});

export const ConnectorPath = z.strictObject({ name: z.string() });
