/** A Markdown table, padded as the formatter wants it. @param {string[]} head @param {string[][]} rows */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => withoutTags(cell.replaceAll('|', '\\|').replaceAll('\n', ' '))),
  );
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [first, ...others] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

/** `<host>` is a placeholder, which would vanish as a tag; code shows it as it is. @param {string} cell */
function withoutTags(cell) {
  return cell.replace(/`[^`]*`|</g, (found) => (found === '<' ? '\\<' : found));
}

/** @param {string} title @param {string} lead @param {string[]} blocks */
export function page(title, lead, blocks) {
  return `# ${title}\n\n${lead}\n\n${blocks.join('\n\n')}\n`;
}

/** @param {unknown} value */
export function code(value) {
  return value === undefined || value === ''
    ? ''
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
