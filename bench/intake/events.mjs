/** Events of a given size, as dbt sends them; the run id is patched for each, so that no two are the same. */
const runIdLength = 36;

/** @param {number} bytes @returns {{ bytes: Buffer, runIdAt: number }} */
export function eventTemplate(bytes) {
  const fields = [];
  let json = eventJson(fields);
  while (Buffer.byteLength(json) < bytes - 80) {
    fields.push({ name: `column_${fields.length}`, type: 'character varying', description: 'Of the shop.' });
    json = eventJson(fields);
  }
  const padded = Buffer.from(
    json.replace(
      '"producer":"',
      `"producer":"https://example.org/${'x'.repeat(Math.max(0, bytes - Buffer.byteLength(json) - 21))}/`,
    ),
  );
  return { bytes: padded, runIdAt: padded.indexOf(runId(0)) };
}

/** @param {number} count */
export function runId(count) {
  return `01999999-0000-7000-8000-${count.toString(16).padStart(12, '0')}`;
}

/** @param {{ bytes: Buffer, runIdAt: number }} template @param {number} count */
export function patch({ bytes, runIdAt }, count) {
  bytes.write(runId(count), runIdAt, runIdLength, 'latin1');
}

function eventJson(fields) {
  return JSON.stringify({
    eventTime: '2026-11-21T12:56:12.620000+00:00',
    eventType: 'COMPLETE',
    producer: '',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: {
      runId: runId(0),
      facets: {
        parent: { ...facet, job: { namespace: 'dbt', name: 'dbt-run-shop' }, run: { runId: 'root' } },
      },
    },
    job: {
      namespace: 'dbt',
      name: 'shop.public.model',
      facets: {
        sql: { ...facet, query: 'select * from shop.public.orders join shop.public.customers using (id)' },
      },
    },
    inputs: [
      { namespace: 'postgres://db.example:5432', name: 'shop.public.orders', facets: {} },
      { namespace: 'postgres://db.example:5432', name: 'shop.public.customers', facets: {} },
    ],
    outputs: [
      {
        namespace: 'postgres://db.example:5432',
        name: 'shop.public.model',
        facets: { schema: { ...facet, fields } },
      },
    ],
  });
}

const facet = {
  _producer: 'https://example.org/dbt',
  _schemaURL: 'https://openlineage.io/spec/facets/1-0-0/Facet.json',
};
