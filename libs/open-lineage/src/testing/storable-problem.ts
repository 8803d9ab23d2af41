/** What in a JSON text Postgres would not take as `jsonb`. */
export function storableProblem(json: string): string | undefined {
  const escape = /\\(?:u0000|ud[89a-f][0-9a-f]{2}|[^])/g;
  return json.match(escape)?.find((found) => found.length > 2);
}
