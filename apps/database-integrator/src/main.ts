import { bootstrap } from '@idaemon/service-runtime';
import { DatabaseIntegratorModule } from './database-integrator.module.js';

void bootstrap(DatabaseIntegratorModule);
