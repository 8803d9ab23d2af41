const hidden = '***';
/** Shorter values are no secrets, and hiding them would make every line unreadable. */
const minLength = 4;

/**
 * The values of secrets that this process holds now, so that none of them leaves it: in a log line, a status, a run
 * report or an answer. Also hides the password of any URL.
 */
export class Redaction {
  readonly #values = new Map<string, number>();

  /** Hides these values until the returned function is called. */
  hide(values: Iterable<string>): () => void {
    const forms = [...new Set([...values].flatMap(formsOf))];
    for (const form of forms) this.#values.set(form, (this.#values.get(form) ?? 0) + 1);
    return () => {
      for (const form of forms.splice(0)) this.#forget(form);
    };
  }

  /** The text without any secret. */
  text(text: string): string {
    let clean = text;
    for (const value of this.#longestFirst(text)) clean = clean.replaceAll(value, hidden);
    return clean.replace(/(:\/\/[^/@\s:"']*):[^@/\s"']+@/g, `$1:${hidden}@`);
  }

  /** A line of JSON without any secret: only its strings change, so that it stays JSON. */
  json(line: string): string {
    const hasSecret = line.includes('://') || this.#longestFirst(line).length > 0;
    return hasSecret ? line.replace(/"(?:[^"\\]|\\.)*"/g, (string) => this.text(string)) : line;
  }

  #longestFirst(text: string): string[] {
    const found: string[] = [];
    for (const value of this.#values.keys()) if (text.includes(value)) found.push(value);
    return found.sort((a, b) => b.length - a.length);
  }

  #forget(form: string): void {
    const holders = (this.#values.get(form) ?? 0) - 1;
    if (holders > 0) this.#values.set(form, holders);
    else this.#values.delete(form);
  }
}

/** A secret as it is, as JSON and as a part of a URL, since messages of drivers show it in any of these. */
function formsOf(value: string): string[] {
  if (value.length < minLength) return [];
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}
