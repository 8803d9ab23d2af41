const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/** The events as one line each. A line break in JSON is only space between its parts, never a part of a text. */
export function linesOf(bodies: readonly Buffer[]): Buffer {
  return Buffer.concat(bodies.flatMap((body) => [onOneLine(body), Buffer.of(lineFeed)]));
}

function onOneLine(body: Buffer): Buffer {
  if (!body.includes(lineFeed) && !body.includes(carriageReturn)) return body;
  return Buffer.from(body.map((byte) => (byte === lineFeed || byte === carriageReturn ? space : byte)));
}
