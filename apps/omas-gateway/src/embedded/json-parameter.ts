/** NUL and halves of surrogate pairs, as JSON writes them: Postgres keeps no text that has them. */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** JSON for a parameter of type jsonb; what Postgres cannot keep is replaced by U+FFFD. */
export function jsonParameter(value: unknown): string {
  const json = JSON.stringify(value);
  return json.includes('\\u') ? json.replace(unstorable, '$1\\ufffd') : json;
}

/** Whether Postgres can keep all texts in it as they are. */
export function isStorable(value: unknown): boolean {
  const json = JSON.stringify(value);
  return !json.includes('\\u') || json.search(unstorable) === -1;
}
