/** The little of the daemon's REST that the launcher needs. */

/** @typedef {{ state: string, lastRun?: { outcome: string | null, counts?: Record<string, number> } | null, error?: { message: string, action?: string } | null }} Status */
/** @typedef {{ url: string, token: string }} DaemonApi */

/**
 * @param {DaemonApi} api @param {string} path @param {AbortSignal} signal
 * @returns {Promise<unknown>}
 */
async function get({ url, token }, path, signal) {
  const response = await fetch(new URL(path, url), {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
  });
  if (response.ok) return response.json();
  const problem = /** @type {{ detail?: string }} */ (await response.json().catch(() => ({})));
  throw new Error(problem.detail ?? `${path} answered ${response.status}`);
}

/** @param {DaemonApi} api @param {string} connector @param {AbortSignal} signal */
export async function statusOf(api, connector, signal) {
  return /** @type {Promise<Status>} */ (get(api, `/api/connectors/${connector}/status`, signal));
}

/** @param {DaemonApi} api @param {{ source: string, type?: string }} filter @param {AbortSignal} signal */
export async function countElements(api, filter, signal) {
  const query = new URLSearchParams({ ...filter, pageSize: '1' });
  const { total } = /** @type {{ total: number }} */ (
    await get(api, `/api/metadata/elements?${query.toString()}`, signal)
  );
  return total;
}
