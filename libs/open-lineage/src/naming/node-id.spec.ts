import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeIdOf, readNodeId } from './node-id.js';

describe('the id of a node', () => {
  it.each([
    ['job:airflow:load.orders', 'job', 'airflow', 'load.orders'],
    ['dataset:postgres://db:5432:shop.public.orders', 'dataset', 'postgres://db:5432', 'shop.public.orders'],
    ['dataset:postgres://db:shop.public.orders', 'dataset', 'postgres://db', 'shop.public.orders'],
    ['dataset:s3://lake:raw/a:b.csv', 'dataset', 's3://lake', 'raw/a:b.csv'],
    ['dataset:file:/data/a.csv', 'dataset', 'file', '/data/a.csv'],
  ])('%s is most likely %s %s %s', (text, kind, namespace, name) => {
    const id = readNodeId(text);
    expect([id?.kind, id?.names[0]]).toEqual([kind, { namespace, name }]);
  });

  it('is none of anything else', () => {
    for (const text of ['', 'orders', 'job:', 'job:a', 'dataset::', 'run:1', 'https://a:1']) {
      expect(readNodeId(text), text).toBeUndefined();
    }
  });

  it('always has what it was made of among its readings', () => {
    const part = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.includes(':'));
    const namespace = fc.oneof(
      part,
      fc.tuple(part, part).map(([a, b]) => `${a}:${b}`),
    );
    fc.assert(
      fc.property(namespace, part, (inside, name) => {
        fc.pre(!name.startsWith('//') && !inside.includes('://'));
        expect(readNodeId(nodeIdOf('job', { namespace: inside, name }))?.names).toContainEqual({
          namespace: inside,
          name,
        });
      }),
    );
  });
});
