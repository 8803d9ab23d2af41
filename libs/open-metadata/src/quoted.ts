const maxLength = 60;

/** A text that someone else chose, not longer than needed to recognise it. */
export function clipped(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/** The same in quotes, fit for a message. */
export function quoted(text: string): string {
  return JSON.stringify(clipped(text));
}
