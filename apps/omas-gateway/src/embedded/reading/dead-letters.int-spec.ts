import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChangeResult, ElementWrite } from '@idaemon/contracts';
import { SeededStore } from '../testing/seeded-store.js';
import { DeadLetters, type FailedElement } from './dead-letters.js';

let store: SeededStore;
let rewritten: FailedElement[];
let outcome: ChangeResult;
let letters: DeadLetters;

beforeEach(async () => {
  store = await SeededStore.open();
  await store.elements({ name: 'any' });
  rewritten = [];
  outcome = { result: 'created', guid: null };
  letters = new DeadLetters(store.database, (failed) => {
    rewritten.push(failed);
    return Promise.resolve(outcome);
  });
});
afterEach(() => store.close());

const element: ElementWrite = { type: 'CSVFile', qualifiedName: 'one', properties: { nmae: 'x' } };

async function letter(
  name: string,
  connector = 'landing',
  content: ElementWrite | null = { ...element, qualifiedName: name },
) {
  const row = await store.database.row<{ id: string }>(
    `insert into dead_letter (at, source_id, shard, connector, collection, scope, type, qualified_name, error, element)
     select now(), id, 0, $1, 'dataFiles', '/data', 'CSVFile', $2, $3, $4 from metadata_source returning id`,
    [
      connector,
      name,
      JSON.stringify({ code: 'metadata-invalid', message: 'no attribute nmae', action: 'Correct it.' }),
      content === null ? null : JSON.stringify(content),
    ],
  );
  return row?.id ?? '';
}

describe('dead letters', () => {
  it('are listed newest first without their content, of one connector or of all', async () => {
    await letter('one');
    await letter('two');
    await letter('three', 'shop');
    const first = await letters.page({ pageSize: 2 });
    expect(first.items.map(({ qualifiedName }) => qualifiedName)).toEqual(['three', 'two']);
    expect(first).toMatchObject({
      total: 3,
      items: [{ kind: 'element', connector: 'shop', error: { code: 'metadata-invalid' } }, {}],
    });
    expect(first.items[0]?.element).toBeUndefined();
    const second = await letters.page({ pageSize: 2, cursor: first.next ?? '' });
    expect(second).toMatchObject({ total: 3, next: null, items: [{ qualifiedName: 'one' }] });
    expect(await letters.page({ pageSize: 9, connector: 'shop' })).toMatchObject({ total: 1 });
  });

  it('are shown with the element as it was sent', async () => {
    expect(await letters.get(await letter('one'))).toMatchObject({ qualifiedName: 'one', element });
  });

  it('are written again as their connector would have, repaired if asked so, and go when that succeeds', async () => {
    const id = await letter('one');
    const repaired = { ...element, properties: { name: 'x' } };
    expect(await letters.replay({ id, element: repaired, changedBy: 'ann' })).toEqual(outcome);
    expect(rewritten).toEqual([
      {
        connector: 'landing',
        shard: 0,
        source: { qualifiedName: 'landing-zone', displayName: 'landing-zone' },
        collection: 'dataFiles',
        scope: '/data',
        element: repaired,
        changedBy: 'ann',
      },
    ]);
    await expect(letters.get(id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('stay when they are refused again', async () => {
    const id = await letter('one');
    outcome = {
      result: 'refused',
      error: { code: 'metadata-invalid', message: 'still', action: 'Correct it.' },
    };
    expect(await letters.replay({ id, changedBy: 'ann' })).toEqual(outcome);
    expect(rewritten[0]?.element).toEqual(element);
    expect(await letters.get(id)).toMatchObject({ id });
  });

  it('whose content was too large to be kept need it with the replay', async () => {
    const id = await letter('huge', 'landing', null);
    await expect(letters.replay({ id, changedBy: 'ann' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('huge') as string,
    });
    expect(await letters.replay({ id, element, changedBy: 'ann' })).toEqual(outcome);
  });

  it('are discarded once; whatever is no number names no letter', async () => {
    const id = await letter('one');
    await letters.discard(id);
    for (const unknown of [id, 'x', '99999999999999999999', "1'"]) {
      await expect(letters.discard(unknown)).rejects.toMatchObject({ code: 'not-found' });
    }
  });
});
