import cluster, { type Worker as ClusterWorker } from 'node:cluster';
import type { Log } from '../bootstrap/log.js';
import { exitCodes } from '../bootstrap/process-end.js';
import { systemClock } from '../schedule/clock.js';
import { Supervisor, type Worker } from './supervisor.js';

const leaveMessage = 'idaemon:leave';
/** Between the two only. */
const listensVariable = 'SUPERVISED_WORKER_LISTENS';

/** Whether this process shall only supervise one that does the work. */
export function isSupervisor(variables: NodeJS.ProcessEnv): boolean {
  return cluster.isPrimary && variables.IDAEMON_SUPERVISE === '1';
}

/** Whether this process takes connections only once it can answer them: its predecessor takes them until then. */
export function isSuccessor(variables: NodeJS.ProcessEnv): boolean {
  return cluster.isWorker && variables[listensVariable] === 'late';
}

/** Calls when a successor listens. */
export function onLeave(leave: () => void): void {
  if (!cluster.isWorker) return;
  process.on('message', (message) => {
    if (message === leaveMessage) leave();
  });
}

/** Runs this program once more as a worker, until a signal ends both. SIGHUP replaces the worker without a gap. */
export function superviseThisProgram(log: Log): void {
  const supervisor = new Supervisor({
    fork: (listens) => workerOf(cluster.fork({ [listensVariable]: listens })),
    clock: systemClock,
    log,
    exit: (code) => process.exit(code),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void supervisor.stop());
  process.on('SIGHUP', () => void supervisor.roll());
  supervisor.start();
}

function workerOf(worker: ClusterWorker): Worker {
  return {
    pid: worker.process.pid,
    listening: new Promise((resolve) => worker.once('listening', () => resolve())),
    ended: new Promise((resolve) => {
      worker.once('exit', (code: number | null) => resolve(code ?? exitCodes.failure));
    }),
    leave: () => {
      if (worker.isConnected()) worker.send(leaveMessage);
    },
    stop: () => void worker.process.kill('SIGTERM'),
  };
}
