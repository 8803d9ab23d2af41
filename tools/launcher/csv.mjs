/** Reads CSV with a header line (RFC 4180) into one object per record; every value stays text. */

/** @param {string} text @returns {Record<string, string>[]} */
export function parseCsv(text) {
  const [header = [], ...records] = splitRecords(text);
  return records.map((record) =>
    Object.fromEntries(header.map((name, index) => [name, record[index] ?? ''])),
  );
}

/** A field is quoted, with quotes doubled in it, or plain; after it comes a comma, the end of the line or of the text. */
const field = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\n|$)/y;

/** @param {string} text */
function splitRecords(text) {
  const records = [];
  /** @type {string[]} */
  let record = [];
  field.lastIndex = 0;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (!match) break;
    const [, quoted, plain = '', separator] = match;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (separator === ',') continue;
    records.push(record);
    record = [];
  }
  // The text ended after a comma: one more field, an empty one.
  if (record.length) records.push([...record, '']);
  return records;
}
