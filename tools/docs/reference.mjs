/** The pages of docs/reference, made from the schemas and tables that the product itself uses. */
import { folder } from '@idaemon/connector-folder';
import { openLineageCataloguer } from '@idaemon/connector-open-lineage-cataloguer';
import { openLineageFile } from '@idaemon/connector-open-lineage-file';
import { openLineageHttp } from '@idaemon/connector-open-lineage-http';
import { openLineageTopic, openLineageTopicSource } from '@idaemon/connector-open-lineage-topic';
import { openMetadataLineagePublisher } from '@idaemon/connector-open-metadata-lineage-publisher';
import { postgresql } from '@idaemon/connector-postgresql';
import { ConnectorConfiguration, errorCodes, GatewayDocument, integrationServices } from '@idaemon/contracts';
import * as services from '@idaemon/integration-services';
import { metricTable } from '@idaemon/metrics';
import { environmentPage } from './environment-page.mjs';
import { code, page, table } from './markdown.mjs';
import { schemaTable } from './schema-table.mjs';

const connectors = [
  folder,
  postgresql,
  openLineageCataloguer,
  openLineageFile,
  openLineageHttp,
  openLineageTopic,
  openLineageTopicSource,
  openMetadataLineagePublisher,
];

/** @returns {Record<string, string>} content by file name */
export function referencePages() {
  return {
    'configuration.md': configurationPage(),
    'connectors.md': connectorsPage(),
    'environment.md': environmentPage(),
    'errors.md': errorsPage(),
    'metrics.md': metricsPage(),
    'services.md': servicesPage(),
  };
}

function configurationPage() {
  return page(
    'Configuration documents',
    'What `idaemon apply -f` and REST take, in YAML or JSON. Unknown keys are refused. Made from the schemas.',
    [
      '## Connector\n\nA document without `kind` is a connector.',
      schemaTable(ConnectorConfiguration),
      '## Gateway\n\nDeclares an OMAS gateway, so that connectors may name it.',
      schemaTable(GatewayDocument),
    ],
  );
}

function connectorsPage() {
  const blocks = connectors.flatMap(({ name, service, description, config, secrets = {} }) => [
    `## ${name}\n\n${description} Hosted by the \`${service.name}\`.`,
    schemaTable(config),
    ...(Object.keys(secrets).length ? [secretsTable(secrets)] : []),
  ]);
  return page(
    'Connectors and their `config`',
    'What stands under `config` and `secrets` of a connector document. Made from the schemas.',
    blocks,
  );
}

function secretsTable(secrets) {
  const rows = Object.entries(secrets).map(([name, { description, isRequired = true }]) => [
    code(name),
    isRequired ? 'yes' : 'no',
    description,
  ]);
  return table(['Secret', 'Required', 'Meaning'], rows);
}

const consequences = {
  retry: 'tried again by itself',
  person: 'waits for a person',
  'dead-letter': 'the element becomes a dead letter, the run goes on',
  approval: 'waits for approval',
  stop: 'this owner stops, the newer one carries on',
  caller: 'the caller corrects the request',
};

function errorsPage() {
  const rows = Object.entries(errorCodes).map(([name, { status, title, consequence, action }]) => [
    code(name),
    String(status),
    title,
    consequences[consequence],
    action,
  ]);
  return page(
    'Error codes',
    'The `code` of a problem document, a status or a run, what happens next, and what to do.',
    [table(['Code', 'HTTP', 'Cause', 'What happens', 'Next step'], rows)],
  );
}

function metricsPage() {
  const rows = Object.values(metricTable).map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(', '),
    help,
  ]);
  return page(
    'Metrics',
    'What `/metrics` of the apps may show, beside the usual `process_…` and `nodejs_…`.',
    [table(['Metric', 'Type', 'Labels', 'Meaning'], rows)],
  );
}

function servicesPage() {
  const blocks = Object.values(services).flatMap(({ name, description, collections }) => [
    `## ${name}\n\n${description} Partner OMAS: ${integrationServices[name].partner}.`,
    collectionsTable(collections),
  ]);
  return page(
    'Integration services and their collections',
    'What connectors of a service may catalogue; the type names are Egeria 4.3’s.',
    blocks,
  );
}

function collectionsTable(collections) {
  const rows = Object.entries(collections).map(
    ([name, { type, subtypes = [], parents = {}, relationships = {}, classifications = [] }]) => [
      code(name),
      [type, ...subtypes].map(code).join(', '),
      Object.entries(parents)
        .map(([parent, declaration]) => `${code(parent)} by ${code(declaration.relationship ?? declaration)}`)
        .join(', '),
      Object.keys(relationships).map(code).join(', '),
      classifications.map(code).join(', '),
    ],
  );
  return table(['Collection', 'Types', 'Parents', 'Relationships', 'Classifications'], rows);
}
