import { createHash } from 'node:crypto';

/** As Postgres's `md5(text)::uuid`. */
export function hashOf(text: string): string {
  return createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
