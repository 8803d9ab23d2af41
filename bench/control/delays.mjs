import { setTimeout as wait } from 'node:timers/promises';

const metric = 'idaemon_integrator_refresh_delay_seconds_bucket';

/** How late refreshes began within the next `seconds`, as the integrator counts them: the bucket that 99 % fit in. */
export async function delaysOf(url, seconds) {
  const before = await buckets(url);
  await wait(seconds * 1000);
  const after = await buckets(url);
  const grown = after.map(({ bound, count }, index) => ({
    bound,
    count: count - (before[index]?.count ?? 0),
  }));
  const count = grown.at(-1)?.count ?? 0;
  const fits = grown.find((bucket) => count > 0 && bucket.count >= count * 0.99);
  return { count, p99BoundMs: fits ? fits.bound * 1000 : 'unknown', buckets: grown };
}

async function buckets(url) {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const lines = text.split('\n').filter((line) => line.startsWith(metric));
  return lines.map((line) => {
    const [, bound = ''] = /le="([^"]+)"/.exec(line) ?? [];
    return { bound: bound === '+Inf' ? Infinity : Number(bound), count: Number(line.split(' ').at(-1)) };
  });
}
