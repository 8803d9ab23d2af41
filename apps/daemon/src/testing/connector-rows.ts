import type { ConnectorConfiguration } from '@idaemon/contracts';
import type { Database } from '@idaemon/persistence';

/** For specs: connectors as configuration stores them, in one statement. */
export async function addConnectors(database: Database, names: readonly string[]): Promise<void> {
  const documents = names.map((name) => JSON.stringify(documentOf(name)));
  await database.rows(
    `with document as (select * from unnest($1::text[], $2::jsonb[]) as d (name, document)),
       added as (insert into document_revision (kind, name, revision, change, document, created_by)
         select 'connector', name, 1, 'created', document, 'spec' from document)
     insert into connector (name, service, definition, gateway, revision, document, wanted_state, updated_by)
     select name, document->>'service', document->>'connector', 'default', 1, document, 'running', 'spec'
     from document`,
    [names, documents],
  );
}

export function connectorNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `c${String(i).padStart(5, '0')}`);
}

function documentOf(name: string): ConnectorConfiguration {
  return {
    kind: 'connector',
    name,
    service: 'files-integrator',
    connector: 'folder',
    config: {},
    secrets: {},
    gateway: 'default',
    synchronization: 'from-third-party',
    initialState: 'running',
    removal: { maxPercent: 5, minElements: 10 },
    maxRunTime: '6h',
  };
}
