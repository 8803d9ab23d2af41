/**
 * JSON that Postgres takes as `jsonb`, whatever its texts hold: NUL characters and halves of surrogate pairs, as
 * messages of third parties may, become U+FFFD. One such message must not keep the rest from being stored.
 */
export function storableJson(value: unknown): string {
  return storable(JSON.stringify(value));
}

/** Whether Postgres can keep all texts in it as they are. */
export function isStorable(value: unknown): boolean {
  const json = JSON.stringify(value);
  return storable(json) === json;
}

/** Most JSON has no such escape at all: this runs for each element of each refresh. */
function storable(json: string): string {
  if (!json.includes('\\u')) return json;
  return json.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
    escape.length > 2 ? '\uFFFD' : escape,
  );
}
