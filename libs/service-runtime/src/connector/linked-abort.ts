/** A controller that also aborts with `signal`, until it is let go: a long-lived signal must not collect listeners. */
export function linkedAbort(signal: AbortSignal): { controller: AbortController; letGo: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return { controller, letGo: () => signal.removeEventListener('abort', abort) };
}
