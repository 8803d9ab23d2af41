/** What an app said at last, for people: its log has a JSON object in each line, with stacks, for machines. */

const maxLines = 8;

/** @param {string} text the end of a log; its first line may be cut @returns {string} */
export function logWords(text) {
  const lines = text.split('\n').flatMap((line) => wordsOf(line) ?? []);
  const grave = lines.filter(({ isGrave }) => isGrave);
  const words = (grave.length ? grave : lines).map((line) => line.words);
  // An app that was started three times says the same three times.
  return [...new Set(words)].slice(-maxLines).join('\n');
}

/** @param {string} line @returns {{ words: string, isGrave: boolean } | undefined} undefined: nothing for people */
function wordsOf(line) {
  if (line.trim() === '' || /^\s+at /.test(line)) return undefined;
  const entry = entryOf(line);
  if (entry) return { words: entryWords(entry), isGrave: /^(error|fatal)$/.test(String(entry.level)) };
  // The cut end of an entry, unless the program itself wrote it, as Node does before it can log.
  return line.includes('"message":') ? undefined : { words: line, isGrave: false };
}

/** @param {string} line @returns {Record<string, unknown> | undefined} */
function entryOf(line) {
  try {
    const entry = /** @type {unknown} */ (JSON.parse(line));
    return entry && typeof entry === 'object' && 'message' in entry ? { ...entry } : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Record<string, unknown>} entry */
function entryWords({ message, error }) {
  if (!error || typeof error !== 'object') return String(message);
  const cause = 'message' in error && error.message !== message ? `: ${String(error.message)}` : '';
  const action = 'action' in error ? `\n${String(error.action)}` : '';
  return `${String(message)}${cause}${action}`;
}
