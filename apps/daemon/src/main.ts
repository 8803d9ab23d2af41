import { bootstrap } from '@idaemon/service-runtime';
import { daemonApp, DaemonModule } from './daemon.module.js';

void bootstrap(DaemonModule, daemonApp);
