/**
 * JSON that Postgres takes as `jsonb`, whatever its texts hold: NUL characters and halves of surrogate pairs, as
 * messages of third parties may, become U+FFFD. One such message must not keep the rest from being stored.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
    escape.length > 2 ? '\uFFFD' : escape,
  );
}
