/** What can be wrong, under Egeria's message ids where Egeria has one, else under our own. */

export type FailureKind = 'parameter' | 'user' | 'server';

interface Message {
  /** `relatedHTTPCode`. */
  httpCode: number;
  /** Which of Egeria's three exceptions its clients throw. */
  kind: FailureKind;
  /** With the parameters as `{0}`, `{1}` … */
  text: string;
  /** The next step. */
  action: string;
}

const notRunning = 'Check the connector name: the status of the daemon lists all connectors.';
const markers = 'Use one of the URL markers that the message lists.';

export const messages = {
  'OMAG-MULTI-TENANT-404-001': {
    httpCode: 404,
    kind: 'parameter',
    text: 'No server {0} runs here to answer {1}',
    action: 'Use the server name of this daemon, which its setting IDAEMON_SERVER_NAME says.',
  },
  'OMAG-MULTI-TENANT-400-004': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The connector provider {0} is not one for the {1}, it is one for the {2}',
    action: 'Validate or configure it with the integration service that the message names last.',
  },
  'OMAG-COMMON-400-006': {
    httpCode: 400,
    kind: 'parameter',
    text: 'No name was given as {0} to {1}',
    action: 'Give a name and send the request again.',
  },
  'OMAG-COMMON-400-016': {
    httpCode: 400,
    kind: 'server',
    text: '{0} was met by {1}: {2}',
    action: 'Use a class name or definition that the documentation of this interface lists.',
  },
  'OMAG-COMMON-400-017': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The request to {0} has no body',
    action: 'Send the request again, with a body.',
  },
  'INTEGRATION-DAEMON-SERVICES-400-010': {
    httpCode: 400,
    kind: 'parameter',
    text: 'There is no integration service {0} in the integration daemon {1}; its services are {2}',
    action: markers,
  },
  'INTEGRATION-DAEMON-SERVICES-400-030': {
    httpCode: 400,
    kind: 'parameter',
    text: 'There is no integration service {1} in the integration daemon {0}; its services are {2}',
    action: markers,
  },
  'INTEGRATION-DAEMON-SERVICES-400-031': {
    httpCode: 400,
    kind: 'parameter',
    text: 'There is no integration connector {0} in {1}',
    action: notRunning,
  },
  'INTEGRATION-DAEMON-SERVICES-400-034': {
    httpCode: 400,
    kind: 'parameter',
    text: 'There is no integration group {0} in the integration daemon {1}',
    action: 'Check the qualified name: the summary of all groups lists them.',
  },
  'INTEGRATION-DAEMON-SERVICES-400-035': {
    httpCode: 400,
    kind: 'server',
    text: 'There are no integration groups in the integration daemon {0}',
    action: 'Configure the group first.',
  },
  'OMAG-ADMIN-400-002': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The document is of the server {1}, and the request is for the server {0}',
    action: 'Set localServerName to the server name of the path.',
  },
  'OMAG-ADMIN-400-009': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The request for the server {0} has no configuration document',
    action: 'Send the request again, with a document.',
  },
  'OMAG-ADMIN-400-014': {
    httpCode: 400,
    kind: 'parameter',
    text: 'For the server {0} the maximum page size {1} is not a whole number above 0',
    action: 'Send a whole number above 0.',
  },
  'OMAG-ADMIN-400-023': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The document of the server {0} has the version {1}; this daemon takes {2}',
    action: 'Send a document of the version that the message names.',
  },
  'OMAG-ADMIN-400-027': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The connector {1} of the server {0} has no connection',
    action: 'Give the connector a connection, with a connectorType and what the connector needs.',
  },
  'OMAG-ADMIN-400-031': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The document of the server {0} configures {1}, which an integration daemon does not run',
    action: 'Leave out what the message names.',
  },
  'OMAG-ADMIN-400-032': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The configuration of the server {0} has no value for {1}',
    action: 'Give the property a value and send the request again.',
  },
  'OMAG-ADMIN-400-038': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The request {0} for the server {1} has no body',
    action: 'Send the request again, with a body.',
  },
  'OMAG-ADMIN-400-039': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The request {0} for the server {1} has no platform URL root of a metadata access server',
    action: 'Give omagserverPlatformRootURL a value.',
  },
  'OMAG-ADMIN-400-040': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The request {0} for the server {1} has no name of a metadata access server',
    action: 'Give omagserverName a value: the name of a declared gateway.',
  },
  'OMAG-ADMIN-400-041': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The connection of the connector {0} makes no connector here: {1}',
    action: 'Name a connector provider that has a counterpart here, or a definition that the service hosts.',
  },
  'IDAEMON-EGERIA-400-001': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The request is not valid: {0}',
    action: 'Correct what the message names and send the request again.',
  },
  'IDAEMON-EGERIA-400-002': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The connector {0} is not valid: {1}',
    action: 'Correct what the message names and send the request again.',
  },
  'IDAEMON-EGERIA-400-003': {
    httpCode: 400,
    kind: 'parameter',
    text: 'What was sent for {0} holds a secret in {1}, and secrets are never stored',
    action:
      'Leave it out and give securedProperties a reference under the name of the secret: env:VARIABLE, file:/path, kubernetes:[namespace/]name#key or vault:path#key.',
  },
  'IDAEMON-EGERIA-400-004': {
    httpCode: 400,
    kind: 'parameter',
    text: 'The metadata access server {0} is no declared gateway; declared: {1}',
    action: 'Name one of these as omagserverName, or declare a gateway of that name with POST /api/gateways.',
  },
  'IDAEMON-EGERIA-409-001': {
    httpCode: 409,
    kind: 'parameter',
    text: 'The name of the connector {0} is taken: {1}',
    action: 'Choose another connectorName.',
  },
  'IDAEMON-EGERIA-409-002': {
    httpCode: 409,
    kind: 'server',
    text: 'The connector {0} was not told to {1}: {2}',
    action: 'Restart the connector, which also starts one that was stopped or paused.',
  },
  'IDAEMON-EGERIA-501-001': {
    httpCode: 501,
    kind: 'server',
    text: '{0} is not supported: {1}',
    action: 'Nothing was changed. docs/egeria-rest.md says what is supported.',
  },
} as const satisfies Record<string, Message>;

export type MessageId = keyof typeof messages;

export function textOf(id: MessageId, parameters: readonly string[]): string {
  return messages[id].text.replace(/\{(\d)\}/g, (_, index: string) => parameters[Number(index)] ?? '');
}
