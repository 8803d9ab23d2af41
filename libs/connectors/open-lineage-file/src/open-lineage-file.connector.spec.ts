import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeConnector, FakeEventLog, notPossible, startConnector } from '@idaemon/connector-testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openLineageFile } from './index.js';

const newFolder = () => mkdtemp(join(tmpdir(), 'open-lineage-file-'));
const eventOf = (name: string) =>
  `{ "eventTime": "2026-11-21T10:00:00Z", "job": { "namespace": "etl", "name": "${name}" } }`;

describeConnector(openLineageFile, {
  config: async () => ({ folder: await newFolder(), keep: 2 }),
  extension: () => {
    const log = new FakeEventLog();
    log.receive(eventOf('load'));
    return log.extension();
  },
  catalogued: () => ({}),
  change: notPossible('it catalogues nothing'),
  remove: notPossible('it catalogues nothing'),
  readHalf: notPossible('it catalogues nothing'),
  unreachable: notPossible('the log of events waits for the folder'),
  cleanUp: ({ folder }) => rm(folder, { recursive: true, force: true }),
});

describe('logging to files', () => {
  it('writes the events that fit into a file with the name of the connector, changed as configured', async () => {
    const folder = await newFolder();
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const log = new FakeEventLog();
    const connector = await startConnector(openLineageFile, {
      config: {
        folder,
        match: { jobNames: ['load*'] },
        transform: { renameNamespaces: [{ from: 'etl', to: 'dwh' }] },
      },
      ...{ name: 'archive', extension: log.extension() },
    });
    onTestFinished(() => connector.stop());
    connector.engage();
    log.receive(eventOf('load'), eventOf('other'), eventOf('load again'));
    await vi.waitFor(async () => {
      const lines = await readFile(join(folder, 'archive.jsonl'), 'utf8');
      expect(lines).toBe([eventOf('load'), eventOf('load again'), ''].join('\n').replaceAll('etl', 'dwh'));
    });
  });
});
