/** The page of environment variables, made from the schemas that the processes check them with. */
import { daemonApp } from '@idaemon/daemon/app';
import { launcherVariables } from '@idaemon/launcher/options';
import { LineageIntakeModule } from '@idaemon/lineage-intake';
import { gatewayApp } from '@idaemon/omas-gateway/app';
import { IntegratorEnvironment, runtimeEnvironment } from '@idaemon/service-runtime';
import { z } from 'zod';
import { code, page, table } from './markdown.mjs';

/** Beside those of its schema, which say nothing of it. @type {[string, string, string?][]} */
const commandLineVariables = [
  [
    'IDAEMON_URL',
    'address of the daemon; stronger than a context',
    'of the context, else of what npm start runs',
  ],
  ['IDAEMON_TOKEN', 'token of the user', 'of the context, else token in IDAEMON_HOME'],
  ['IDAEMON_CONTEXT', 'name of the context to use', 'the current one'],
  ['IDAEMON_CONFIG', 'the file of contexts', '$XDG_CONFIG_HOME/idaemon/contexts.yaml'],
  ['IDAEMON_LINEAGE_KEY', 'key of the sender, for idaemon lineage send'],
  ['IDAEMON_HOME', 'folder of a daemon that npm start runs', 'the nearest .idaemon above'],
];

/** @type {[string, string, string?][]} */
const testVariables = [
  ['IDAEMON_PROPERTY_RUNS', 'how many random cases a property test tries', 'as each test says'],
  ['IDAEMON_KEEP_TEST_FOLDERS', 'set: end-to-end tests leave their folders, with data and logs, behind'],
];

export function environmentPage() {
  return page(
    'Environment variables',
    'An empty variable counts as unset. A wrong one stops the process with exit code 78 and a list of all mistakes. Made from the schemas.',
    [
      '## Every app\n\nThe daemon, the gateways and the integrators.',
      schemaVariables(runtimeEnvironment(0), { IDAEMON_PORT: 'see [running](../running.md#the-processes)' }),
      '## daemon',
      schemaVariables(daemonApp.environment),
      '## omas-gateway',
      schemaVariables(gatewayApp.environment),
      '## Every integrator',
      schemaVariables(IntegratorEnvironment),
      '## lineage-integrator',
      schemaVariables(LineageIntakeModule.environment),
      '## `npm start`\n\nIt hands all variables on to the processes it starts, and sets those that they need to find each other.',
      listedVariables(launcherVariables),
      '## Command line',
      listedVariables(commandLineVariables),
      '## Tests',
      listedVariables(testVariables),
    ],
  );
}

/** @param {z.ZodObject} schema @param {Record<string, string>} [defaults] where the schema's own says nothing */
function schemaVariables(schema, defaults = {}) {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, { default: byDefault, description = '' }]) => [
    code(name),
    defaults[name] ?? (required.includes(name) ? 'required' : code(byDefault) || defaultSaid(description)),
    withoutDefault(description),
  ]);
  return variableTable(rows);
}

/** @param {[string, string, string?][]} variables */
function listedVariables(variables) {
  return variableTable(variables.map(([name, meaning, byDefault = '']) => [code(name), byDefault, meaning]));
}

function variableTable(rows) {
  return table(['Variable', 'Default', 'Meaning'], rows);
}

/** The texts are those of error messages, which name the default. */
const saidDefault = /\s*\((?:default:? ?([^)]*)|the default)\)|,\s*default (\S+)/;

function defaultSaid(description) {
  const [, first, second] = saidDefault.exec(description) ?? [];
  return first ?? second ?? '';
}

function withoutDefault(description) {
  return description.replace(saidDefault, '');
}
