import { hash } from 'node:crypto';
import pg from 'pg';
import { eventTemplate, patch } from './events.mjs';

/** Copies of the table of the log, with its indexes; what it holds was inserted by nobody else. */
const tableSql = `
  drop table if exists lineage.bare_event;
  create table lineage.bare_event (like lineage.event including all)`;

/** Multi-row inserts of events over one connection, a batch in each: what the limit is. */
export async function bareInserts(url, { seconds, eventBytes, batch }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(tableSql);
    const template = eventTemplate(eventBytes);
    const text = insertOf(batch);
    let events = 0;
    let spentMs = 0;
    while (spentMs < seconds * 1000) {
      const rows = Array.from({ length: batch }, (_, index) => rowOf(template, events + index));
      const begun = performance.now();
      await client.query({ name: `insert-${batch}`, text, values: rows.flat() });
      spentMs += performance.now() - begun;
      events += batch;
    }
    return { perSecond: (events * 1000) / spentMs };
  } finally {
    await client.query('drop table if exists lineage.bare_event');
    await client.end();
  }
}

function rowOf(template, count) {
  patch(template, count);
  const body = Buffer.from(template.bytes);
  return [count % 8, count, hash('sha256', body, 'buffer'), `run:${count}`, 'run', 'bare', body];
}

function insertOf(rows) {
  const columns = 7;
  const values = Array.from(
    { length: rows },
    (_, row) =>
      `(${Array.from({ length: columns }, (_, column) => `$${row * columns + column + 1}`).join()})`,
  );
  return `insert into lineage.bare_event (stream, position, event_id, ordering_key, kind, sender, body) values ${values.join()}`;
}
