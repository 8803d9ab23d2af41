/** A document against the shape that every document of its kind has, before anything is looked up. */
import {
  ConnectorConfiguration,
  GatewayDocument,
  parseDuration,
  ServiceName,
  type FieldError,
  type Schedule,
} from '@idaemon/contracts';
import { Cron } from 'croner';
import type { z } from 'zod';
import { plainSecrets } from '../definitions/secret-checks.js';
import { article, fieldErrorsOf, kindOf } from '../rest/field-errors.js';
import { nearestName } from '../rest/nearest-name.js';

export type Checked<Document> =
  { document: Document; errors: FieldError[] } | { document?: undefined; errors: FieldError[] };

/** What GET adds to a document: taken and ignored, so that its answer can be sent back. */
const readOnlyKeys = [
  'revision',
  'wanted',
  'status',
  'createdAt',
  'updatedAt',
  'updatedBy',
  'warnings',
  'replicas',
];

/** The members that are right by themselves, of a document that may not be. */
export type ConnectorParts = Partial<ConnectorConfiguration>;

export function checkConnectorDocument(
  sent: unknown,
  name?: string,
): Checked<ConnectorConfiguration> & { parts: ConnectorParts } {
  const checked = checkShape(ConnectorConfiguration, 'connector', sent, name);
  const parts = checked.document ?? partsOf(sent);
  const errors = [...checked.errors, ...plainSecrets(parts.config), ...scheduleErrors(parts.schedule)];
  return { ...checked, errors, parts };
}

/** So that one answer tells all mistakes, those in `config` too. */
function partsOf(sent: unknown): ConnectorParts {
  if (!isObject(sent)) return {};
  const right = Object.entries(ConnectorConfiguration.shape).flatMap(([key, schema]) => {
    const result = schema.safeParse(sent[key]);
    return result.success ? [[key, result.data] as const] : [];
  });
  return { service: probableService(sent.service), ...Object.fromEntries(right) };
}

export function checkGatewayDocument(sent: unknown, name?: string): Checked<GatewayDocument> {
  const isKindless = isObject(sent) && !('kind' in sent);
  return checkShape(GatewayDocument, 'gateway', isKindless ? { kind: 'gateway', ...sent } : sent, name);
}

/** The rest of the document is checked by the service that was probably meant. */
function probableService(written: unknown): ServiceName | undefined {
  const near = typeof written === 'string' ? nearestName(written, ServiceName.options) : undefined;
  return ServiceName.safeParse(near).data;
}

/** `name` is the one of the path, which a document may leave out and must not contradict. */
function checkShape<Schema extends z.ZodType<{ name: string }>>(
  schema: Schema,
  kind: string,
  sent: unknown,
  name: string | undefined,
): Checked<z.output<Schema>> {
  if (!isObject(sent)) {
    const found = sent === undefined ? 'nothing' : article(kindOf(sent));
    return { errors: [{ path: '', message: `must be a ${kind} document (an object), not ${found}` }] };
  }
  const written = Object.fromEntries(Object.entries(sent).filter(([key]) => !readOnlyKeys.includes(key)));
  const value = name === undefined ? written : { name, ...written };
  const result = schema.safeParse(value);
  if (!result.success) return { errors: fieldErrorsOf(result.error, schema, value) };
  const document = result.data;
  if (name === undefined || document.name === name) return { document, errors: [] };
  return { errors: [{ path: 'name', message: `must be ${name}, as in the path: a name cannot be changed` }] };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function scheduleErrors(schedule: Schedule | undefined): FieldError[] {
  if (!schedule) return [];
  const { cron, timeZone, every, startDate, stopDate } = schedule;
  const errors: FieldError[] = [];
  const isZoneKnown = timeZone === undefined || isTimeZone(timeZone);
  if (!isZoneKnown) {
    errors.push({ path: 'schedule.timeZone', message: 'must be an IANA time zone such as Europe/Vienna' });
  }
  if (cron !== undefined && !isCron(cron)) {
    errors.push({
      path: 'schedule.cron',
      message:
        'must be a cron expression of five or six fields that comes true some day, such as 0 6 * * 1-5',
    });
  }
  if (every !== undefined && (parseDuration(every) ?? 0) > maxIntervalMs) {
    errors.push({ path: 'schedule.every', message: 'must be at most 366d; use cron for longer' });
  }
  if (startDate && stopDate && Date.parse(stopDate) <= Date.parse(startDate)) {
    errors.push({ path: 'schedule.stopDate', message: 'must be later than startDate' });
  }
  return errors;
}

const maxIntervalMs = 366 * 86_400_000;

function isCron(expression: string): boolean {
  try {
    return new Cron(expression, { paused: true, timezone: 'UTC' }).nextRun() !== null;
  } catch {
    return false;
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone }));
  } catch {
    return false;
  }
}
