/** Stands in for an app in the launcher's own specs: it listens, is ready, and ends when asked; `STAND_IN` makes it misbehave. */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const { IDAEMON_HOME = '', IDAEMON_PORT, IDAEMON_POSTGRES_URL, STAND_IN, STAND_IN_NAME } = process.env;
const tell = (text) => appendFileSync(join(IDAEMON_HOME, 'told'), `${STAND_IN_NAME} ${text}\n`);

tell(IDAEMON_POSTGRES_URL ? 'starts with a database' : 'starts');
if (STAND_IN === 'refuses') {
  console.error('IDAEMON_EXAMPLE must be set');
  process.exit(78);
}
const server = createServer((_request, response) => response.end('{}')).listen(
  Number(IDAEMON_PORT),
  '127.0.0.1',
);
process.on('SIGTERM', () => {
  if (STAND_IN === 'ignores') return;
  tell('stops');
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
