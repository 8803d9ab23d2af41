import { bootstrap } from '@idaemon/service-runtime';
import { LineageIntegratorModule } from './lineage-integrator.module.js';

void bootstrap(LineageIntegratorModule);
