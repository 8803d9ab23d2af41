import { lstat, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ContentCache } from './content-cache.js';

const facts = { encoding: 'UTF-8', lineCount: 2 };

describe('ContentCache', () => {
  it('knows a file until its times, its size or its kind is another', async () => {
    const { cache, stats } = await cacheAndFile();
    cache.put('csv', stats, facts);
    expect(cache.get('csv', stats)).toEqual(facts);
    expect(cache.get('text', stats)).toBeUndefined();
    expect(cache.get('csv', Object.assign(stats, { ctimeNs: stats.ctimeNs + 1n }))).toBeUndefined();
  });

  it('does not trust a file that was changed a moment ago', async () => {
    const { cache, stats, clock } = await cacheAndFile();
    clock.ms = Number(stats.mtimeMs) + 1_999;
    cache.put('csv', stats, facts);
    expect(cache.get('csv', stats)).toBeUndefined();
  });

  it('forgets what a whole refresh did not ask for', async () => {
    const { cache, stats } = await cacheAndFile();
    cache.put('csv', stats, facts);
    cache.forgetUnseen();
    expect(cache.get('csv', stats)).toEqual(facts);
    cache.forgetUnseen();
    cache.forgetUnseen();
    expect(cache.get('csv', stats)).toBeUndefined();
  });

  it('holds no more than it may', async () => {
    const { cache, stats } = await cacheAndFile(1);
    cache.put('csv', stats, facts);
    cache.put('text', stats, facts);
    expect([cache.get('csv', stats), cache.get('text', stats)]).toEqual([facts, undefined]);
  });
});

async function cacheAndFile(maxEntries?: number) {
  const folder = await mkdtemp(join(tmpdir(), 'cache-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a'), 'a');
  const stats = await lstat(join(folder, 'a'), { bigint: true });
  const clock = { ms: Number(stats.mtimeMs) + 10_000 };
  return { clock, stats, cache: new ContentCache(() => clock.ms, maxEntries) };
}
