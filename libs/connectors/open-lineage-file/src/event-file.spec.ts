import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { EventFile, type EventFileOptions } from './event-file.js';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'open-lineage-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function newFile(options: Partial<EventFileOptions> = {}) {
  const folder = options.folder ?? (await newFolder());
  const time = { ms: Date.now() };
  const failures: unknown[] = [];
  const file = new EventFile({
    ...{ folder, fileName: 'events', maxBytes: 1_000_000, daily: true, keep: 3, compression: 'none' },
    ...{ nowMs: () => time.ms, onTidyFailed: (error) => failures.push(error) },
    ...options,
  });
  onTestFinished(() => file.close());
  const append = (...texts: string[]) => file.append(texts.map((text) => Buffer.from(text)));
  const current = () => readFile(join(folder, 'events.jsonl'), 'utf8');
  const complete = async () => (await readdir(folder)).filter((name) => name !== 'events.jsonl').sort();
  return { folder, file, time, append, current, complete, failures };
}

describe('the log of events', () => {
  it('has a line for each event, however it was written', async () => {
    const { append, current } = await newFile();
    await append('{"a":1}', '{\n  "b": "x\\ny",\r\n  "n": 4657867867867867867\n}');
    await append('{"c":3}');
    const lines = (await current()).split('\n');
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ b: 'x\ny' });
    expect(lines[1]).toContain('4657867867867867867');
    expect(lines[3]).toBe('');
  });

  it('goes on where it ended, without the line that was not finished', async () => {
    const { folder, file, append, current } = await newFile();
    await append('{"a":1}');
    await file.close();
    await appendFile(join(folder, 'events.jsonl'), `{"half":"${'x'.repeat(100_000)}`);
    const next = await newFile({ folder });
    await next.append('{"b":2}');
    expect(await current()).toBe('{"a":1}\n{"b":2}\n');
  });

  it('begins a new file before one grows too large, and keeps the newest', async () => {
    const { append, current, complete, time } = await newFile({ maxBytes: 20, keep: 2 });
    for (const n of [1, 2, 3, 4, 5]) {
      await append(`{"number":${n}}`);
      time.ms += 1_000;
    }
    expect(await current()).toBe('{"number":5}\n');
    await vi.waitFor(async () => expect(await complete()).toHaveLength(2));
  });

  it('gives files of the same moment different names', async () => {
    const { append, complete } = await newFile({ maxBytes: 1, keep: 0 });
    for (const n of [1, 2, 3, 4]) await append(`{"number":${n}}`);
    expect(await complete()).toHaveLength(3);
  });

  it('begins a new file each day, also when the process was not there at midnight', async () => {
    const { folder, file, append, time, complete } = await newFile();
    await append('{"a":1}');
    time.ms += 86_400_000;
    await append('{"b":2}');
    expect(await complete()).toHaveLength(1);
    await file.close();
    await utimes(join(folder, 'events.jsonl'), new Date('2026-01-02'), new Date('2026-01-02T03:04:05Z'));
    const next = await newFile({ folder });
    await next.append('{"c":3}');
    expect(await complete()).toContain('events_2026-01-02T03-04-05-000Z.jsonl');
  });

  it('compresses complete files, also those of a process that ended meanwhile', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'events_2026-01-02T03-04-05-000Z.jsonl'), '{"old":1}\n');
    await writeFile(join(folder, 'events_2026-01-02T03-04-05-000Z.jsonl.gz.part'), 'half');
    const { append, complete } = await newFile({ folder, compression: 'gzip' });
    await append('{"a":1}');
    const name = 'events_2026-01-02T03-04-05-000Z.jsonl.gz';
    await vi.waitFor(async () => expect(await complete()).toEqual([name]));
    expect(gunzipSync(await readFile(join(folder, name))).toString()).toBe('{"old":1}\n');
  });

  it('touches no file of anybody else', async () => {
    const folder = await newFolder();
    const others = ['events_notes.jsonl', 'events2_2026-01-02T03-04-05-000Z.jsonl', 'notes.txt'];
    for (const name of others) await writeFile(join(folder, name), 'x');
    const { append, time } = await newFile({ folder, keep: 1, maxBytes: 1, compression: 'gzip' });
    for (const n of [1, 2, 3]) {
      await append(`{"number":${n}}`);
      time.ms += 1_000;
    }
    for (const name of others) expect((await stat(join(folder, name))).size).toBe(1);
  });

  it('writes into a new file when somebody has moved the old one away', async () => {
    const { folder, append, current } = await newFile();
    await append('{"a":1}');
    await rename(join(folder, 'events.jsonl'), join(folder, 'moved'));
    await append('{"b":2}');
    expect(await current()).toBe('{"b":2}\n');
  });

  it('waits for a folder that is away', async () => {
    const { folder, append } = await newFile();
    await rename(folder, `${folder}.gone`);
    await expect(append('{"a":1}')).rejects.toMatchObject({ code: 'system-unavailable' });
    await rename(`${folder}.gone`, folder);
    await append('{"a":1}');
  });

  it('waits where something else has its name', async () => {
    const { folder, append, current } = await newFile();
    await mkdir(join(folder, 'events.jsonl'));
    await expect(append('{"a":1}')).rejects.toMatchObject({ code: 'system-unavailable' });
    await rm(join(folder, 'events.jsonl'), { recursive: true });
    await append('{"b":2}');
    expect(await current()).toBe('{"b":2}\n');
  });
});
