/** The page docs/egeria-rest.md, made from the routes. */
import { adminBase, configurationRoutes } from '../egeria/configuration.routes.js';
import { platformRoutes } from '../egeria/platform.routes.js';
import { knownProviders } from '../egeria/providers.js';
import type { EgeriaRoute } from '../egeria/route.js';
import { runtimeRoutes } from '../egeria/runtime.routes.js';
import { serverRoutes } from '../egeria/server.routes.js';
import { validateRoutes } from '../egeria/validate.routes.js';

const intro = `# Egeria's REST interface

Beside its own interface under \`/api\` the daemon has the administration and runtime interface of an Egeria 4.3 integration daemon, with
the same paths and envelopes, so that Egeria's tools configure, watch and steer it. This page is made from the routes.

- **Server name.** The daemon is one server, with the name in \`IDAEMON_SERVER_NAME\` (default \`idaemon\`). Any other name is answered as a
  server that does not run, so that a typing error steers nothing.
- **Access.** Every request needs a bearer token with the role in the tables. The user in the path (\`delegatingUserId\` in newer tools) is
  written into the audit as the claimed user and gives no right.
- **Answers.** The HTTP status is 200 and \`relatedHTTPCode\` says what happened, since Egeria's clients read only that. HTTP itself tells a
  missing or wrong token (401), too many of them (429), a daemon that cannot answer (500, 503), an unknown path (404), and a body that is no JSON
  (400, 413, 415; the last as problem documents). Message ids that begin with \`IDAEMON\` are our own.
- **Not supported** is told as such: \`relatedHTTPCode\` 501, message id \`IDAEMON-EGERIA-501-001\`, and nothing is changed.
- **No secret** is taken, stored or answered. \`clearPassword\` and \`encryptedPassword\` are refused; \`securedProperties\` takes references under the
  names of the connector's secrets: \`env:VARIABLE\`, \`file:/path\`, \`kubernetes:[namespace/]name#key\`, \`vault:path#key\`.
- **Bodies** may leave out \`class\`. Unknown members are ignored, numbers and booleans may be texts, as in Egeria.

## What Egeria's ideas are here

| Egeria | Here |
| --- | --- |
| integration service | the integration service of the same URL marker; stewardship is there (612), search is not |
| \`omagserverName\` | the declared gateway of this name, or of its form in small letters; an undeclared one is refused |
| \`omagserverPlatformRootURL\` | must be given, is stored and answered, and not used: the gateway knows its server |
| \`connectorName\` | stored; the connector's name is its form in small letters: \`FilesMonitor\` is \`files-monitor\`. Unique in the daemon |
| \`connectorProviderClassName\` | a class name of the table below, or the name of a definition that the service hosts |
| \`endpoint.address\` | the key of \`config\` that says where: \`path\` of \`folder\`, \`url\` of \`postgresql\` |
| \`configurationProperties\` | the other keys of \`config\`, checked by the definition; unknown ones are refused |
| \`securedProperties\` | \`secrets\` |
| \`metadataSourceQualifiedName\` | \`metadataSource.qualifiedName\`; none: the name of the connector |
| \`refreshTimeInterval\` (minutes) | \`schedule.every\`; 0: only when asked. A cron expression or seconds stay as long as the minutes read the same |
| \`permittedSynchronization\` | \`synchronization\`, enforced for every service; none: the default of the service |
| \`usesBlockingCalls\` | follows from the definition; true is refused where it only refreshes |
| \`generateIntegrationReports\` | true is refused: every run has its report at \`/api/connectors/{name}/runs\` |
| \`connectorUserId\`, \`connectorId\` | stored and answered; metadata is changed in the gateway's name |
| integration group | a group of \`/api/groups\`, which names its members |
| catalog target | none |

Connectors that came by \`/api\` are shown, refreshed and restarted like all others. A list that leaves them out does not delete them; a
connector that a list names belongs to this interface from then on.

| State here | \`connectorStatus\` |
| --- | --- |
| \`starting\` | \`INITIALIZED\` |
| \`running\` | \`RUNNING\` |
| \`waiting\`, \`unassigned\` | \`INITIALIZE_FAILED\`: tried again by itself |
| \`paused\`, \`stopped\` | \`STOPPED\` |
| \`failed\` for its configuration | \`CONFIG_FAILED\` |
| \`failed\` otherwise, \`stuck\` | \`FAILED\` |
`;

const absent = `## What is not there

- The lineage intake of the Lineage Integrator is not part of this interface but of the lineage integrator.
- Integration groups and connectors as elements of open metadata (Governance Engine OMAS), catalog targets, integration reports as elements.
- Other kinds of servers, cohorts, archives, and the view services of newer Egerias (Runtime Manager among them). Their paths answer 404.
- The newer administration interface without a user in the path, and \`/api/token\`: make tokens at \`/api/tokens\`.
- Kept in step by whoever sends it: two who write the same connector at once do not lose changes of others, but a whole list has no version.
`;

const daemonBase = '/servers/{serverName}/open-metadata';
const platformBase = '/open-metadata/platform-services/users/{userId}/server-platform';

export function egeriaPage(): string {
  const hasTwin = (route: EgeriaRoute) =>
    route.name.endsWith('WithoutUser') &&
    runtimeRoutes.some(({ name }) => `${name}WithoutUser` === route.name);
  return [
    aligned(intro),
    section(
      'Runtime',
      daemonBase,
      runtimeRoutes.filter((route) => !hasTwin(route)),
      'Newer tools leave `/users/{userId}` out of these paths and may say `?delegatingUserId=`; what only they have is without it.',
    ),
    section('Validation of connectors', daemonBase, validateRoutes),
    section('Configuration of services and groups', adminBase, configurationRoutes),
    section('Configuration of the server', adminBase, serverRoutes),
    section('Platform', platformBase, platformRoutes, 'Starting and stopping is at its older place, too.'),
    `## Connector providers\n\n${providersTable()}\n`,
    absent,
  ].join('\n');
}

function section(title: string, base: string, routes: readonly EgeriaRoute[], more = ''): string {
  const rows = routes.map(({ operation: { method, path, access }, does, answer }) => [
    method,
    `\`${path.startsWith(base) ? `…${path.slice(base.length)}` : path}\``,
    access,
    `\`${answer}\``,
    does,
  ]);
  const where = [`\`…\` is \`${base}\`.`, more].filter(Boolean).join(' ');
  return `## ${title}\n\n${where}\n\n${table(['Method', 'Path', 'Role', 'Answer', 'What it does here'], rows)}\n`;
}

function providersTable(): string {
  const rows = knownProviders.map(({ className, service, definition }) => [
    `\`${className}\``,
    `\`${service}\``,
    definition ? `\`${definition}\`` : 'none: refused',
  ]);
  return table(['Class name', 'Service', 'Definition here'], rows);
}

/** The tables of the text, padded as the formatter wants them. */
function aligned(text: string): string {
  return text.replace(/(?:^\|.*\n)+/gm, (block) => {
    const [head = [], , ...rows] = block
      .trim()
      .split('\n')
      .map((line) => line.slice(2, -2).split(' | '));
    return `${table(head, rows)}\n`;
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}
