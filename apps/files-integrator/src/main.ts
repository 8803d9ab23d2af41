import { bootstrap } from '@idaemon/service-runtime';
import { FilesIntegratorModule } from './files-integrator.module.js';

void bootstrap(FilesIntegratorModule);
