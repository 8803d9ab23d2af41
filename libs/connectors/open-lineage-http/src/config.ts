import { Duration } from '@idaemon/connector-kit';
import { forwardingOptions } from '@idaemon/open-lineage';
import { z } from 'zod';

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of an HTTP header');
const ownHeaders =
  /^(authorization|proxy-authorization|cookie|host|connection|transfer-encoding|content-.*)$/i;

export const httpConfig = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !hasCredentials(url), 'must hold no user and password: use the secret token')
    .describe('Address of the receiver without the path, as OpenLineage clients take it.'),
  endpoint: z
    .string()
    .min(1)
    .default('api/v1/lineage')
    .describe('Path for one event; DataHub: `openapi/openlineage/api/v1/lineage`.'),
  batch: z
    .strictObject({
      endpoint: z.string().min(1).optional(),
      size: z.int().min(1).max(1_000).default(100),
    })
    .default({ size: 100 })
    .describe(
      'Path for several events, default: that of one with `/batch` behind, and how many at most. A receiver without such a path is sent single events; `size: 1` does not ask it.',
    ),
  compression: z
    .enum(['none', 'gzip'])
    .default('none')
    .describe('How bodies are compressed, where the receiver takes that.'),
  timeout: Duration.default('5s').describe('How long an answer may take.'),
  concurrency: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Requests at once; the events of one run are never sent side by side.'),
  headers: z
    .record(
      headerName.refine((name) => !ownHeaders.test(name), 'is set by the connector'),
      z.string().regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII'),
    )
    .default({})
    .describe('Further headers, without secrets.'),
  ...forwardingOptions,
});

export type HttpConfig = z.output<typeof httpConfig>;

function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
