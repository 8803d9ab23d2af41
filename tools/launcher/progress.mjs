/** Shows what a start is doing: one line per step, with its seconds. */

/**
 * @typedef {object} Progress
 * @property {<T>(title: string, work: (say: (detail: string) => void) => Promise<T>) => Promise<T>} step shows a piece of work; `say` adds what came of it
 * @property {(text: string) => void} line
 */

const stillAfterMs = 10_000;

/**
 * @param {object} [options]
 * @param {{ write: (text: string) => unknown, isTTY?: boolean }} [options.output]
 * @param {() => number} [options.now] milliseconds
 * @returns {Progress}
 */
export function createProgress({ output = process.stdout, now = () => performance.now() } = {}) {
  const isTerminal = output.isTTY === true;
  return {
    line: (text) => void output.write(`${text}\n`),
    async step(title, work) {
      const startMs = now();
      const seconds = () => `${((now() - startMs) / 1000).toFixed(1)} s`;
      let detail = '';
      /** @param {string} mark */
      const show = (mark) => `${mark} ${title}${detail && `: ${detail}`}  (${seconds()})`;
      // A terminal shows the step at once and its end in the same line; a log gets whole lines only.
      if (isTerminal) output.write(`… ${title}`);
      /** @type {NodeJS.Timeout | undefined} */
      let timer;
      // Twice as long each time: a log shows that it goes on, and is not filled with it.
      const sayStill = (/** @type {number} */ afterMs) => {
        timer = setTimeout(() => {
          output.write(isTerminal ? `\r\x1b[K${show('…')}` : `${show('…')}\n`);
          sayStill(isTerminal ? afterMs : 2 * afterMs);
        }, afterMs);
      };
      sayStill(stillAfterMs);
      try {
        const result = await work((text) => (detail = text));
        output.write(`${isTerminal ? '\r\x1b[K' : ''}${show('✓')}\n`);
        return result;
      } catch (error) {
        output.write(`${isTerminal ? '\r\x1b[K' : ''}${show('✗')}\n`);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
