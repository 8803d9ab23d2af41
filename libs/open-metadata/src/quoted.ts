const maxLength = 60;

/** A text that someone else chose, fit for a message: in quotes and not longer than needed to recognise it. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > maxLength ? `${text.slice(0, maxLength)}…` : text);
}
