import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { IdaemonError } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { createMetrics } from '@idaemon/metrics';
import { descriptionOf, type AppDescription } from './app-description.js';
import { readEnvironment, runtimeEnvironment, type RuntimeEnvironment } from './environment.js';
import { HttpServer } from './http-server.js';
import { createLog, type Log } from './log.js';
import { createApp } from './nest-app.js';
import { endOnSignals, exitCodes, ProcessEnd } from './process-end.js';
import { Readiness } from './readiness.js';
import { Redaction } from './redaction.js';
import type { Runtime } from './runtime.module.js';
import { isSuccessor, isSupervisor, onLeave, superviseThisProgram } from '../supervision/cluster.js';

/**
 * Starts an app and keeps it until a signal: environment, log, port with probes, NATS, the modules. The probes answer
 * from the first moment, so that whatever the modules wait for shows in `/readyz`.
 */
export async function bootstrap(
  AppModule: Type,
  app: AppDescription = descriptionOf(AppModule),
): Promise<void> {
  const redaction = new Redaction();
  const environment = environmentOrExit(app, redaction);
  const log = createLog({
    app: app.name,
    level: environment.IDAEMON_LOG_LEVEL,
    format: environment.IDAEMON_LOG_FORMAT ?? defaultFormat(),
    redaction,
  });
  if (isSupervisor(process.env)) return superviseThisProgram(log);
  const timeoutMs = environment.IDAEMON_SHUTDOWN_TIMEOUT;
  const end = new ProcessEnd({ log, timeoutMs, exit: (code) => process.exit(code) });
  endOnSignals(end, log, process);
  try {
    await start(AppModule, app, { environment, log, redaction, end });
  } catch (error) {
    if (end.signal.aborted) return;
    log.fatal({ error: explain(error, environment) }, `The ${app.name} cannot start`);
    end.request('it cannot start', isConfigurationError(error) ? exitCodes.configuration : exitCodes.failure);
  }
}

async function start(
  AppModule: Type,
  app: AppDescription,
  begun: Pick<Runtime, 'environment' | 'log' | 'redaction' | 'end'>,
): Promise<void> {
  const { environment, log, redaction, end } = begun;
  const readiness = new Readiness();
  readiness.set('start', () => 'It is starting');
  const metrics = createMetrics(app.name);
  const server = new HttpServer({ app: app.name, readiness, metrics, redaction });
  const listen = () => server.listen(environment.IDAEMON_HOST, environment.IDAEMON_PORT);
  // A free port is known only once it is taken, and others are told of it.
  const isLate = isSuccessor(process.env) && environment.IDAEMON_PORT !== 0;
  const port = isLate ? environment.IDAEMON_PORT : await listen();
  const messaging = openMessaging(app, environment, log);
  end.before(() => messaging.close());
  readiness.set('nats', () => messaging.problem);

  environment.IDAEMON_PORT = port;
  const runtime: Runtime = { ...begun, readiness, metrics, messaging };
  await createApp(AppModule, app, runtime, server);
  end.before(() => server.close());
  if (isLate) await listen();
  onLeave(() => void server.leave().then(() => end.request('its successor has taken over')));
  readiness.set('start', () => (end.signal.aborted ? 'It is stopping' : undefined));
  log.info({ host: environment.IDAEMON_HOST, port, cpuMs: cpuMs() }, `The ${app.name} has started`);
}

function environmentOrExit(app: AppDescription, redaction: Redaction): Runtime['environment'] {
  try {
    return readEnvironment(runtimeEnvironment(app.port), process.env, app.environment);
  } catch (error) {
    const log = createLog({ app: app.name, level: 'info', format: defaultFormat(), redaction });
    log.fatal({ error }, `The ${app.name} cannot start`);
    process.exit(exitCodes.configuration);
  }
}

function openMessaging(app: AppDescription, environment: RuntimeEnvironment, log: Log): Messaging {
  return Messaging.open({
    url: environment.IDAEMON_NATS_URL,
    name: app.name,
    onEvent: (event) => {
      if (event.event === 'handler-failed') {
        log.error({ error: event.error, subject: event.subject }, 'A request could not be answered');
      } else if (event.event === 'connect-failed') log.warn(event.reason);
      else if (event.event === 'disconnected') log.warn('The connection to NATS is lost');
      else log.info(`NATS is ${event.event}`);
    },
  });
}

function explain(error: unknown, { IDAEMON_HOST: host, IDAEMON_PORT: port }: RuntimeEnvironment): unknown {
  const code = (error as { code?: unknown }).code;
  if (code === 'EADDRINUSE') {
    return new IdaemonError('configuration-invalid', `Port ${port} on ${host} is taken`, {
      action: 'Set IDAEMON_PORT to a free port, or stop the process that listens there.',
    });
  }
  return error;
}

function isConfigurationError(error: unknown): boolean {
  return error instanceof IdaemonError && error.code === 'configuration-invalid';
}

function defaultFormat(): 'json' | 'text' {
  return process.stdout.isTTY ? 'text' : 'json';
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}
