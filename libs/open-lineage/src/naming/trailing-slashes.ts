/** By hand: the pattern for it takes a time that grows with the square of the slashes within. */
export function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end--;
  return text.slice(0, end);
}
