export { databaseIntegrator } from './database-integrator.js';
export { filesIntegrator } from './files-integrator.js';
export { lineageIntegrator } from './lineage-integrator.js';
export type {
  ChangedDataset,
  ChangedEntities,
  ChangedJob,
  ChangedOptions,
  ChangedRun,
  ListenOptions,
  OpenLineageContext,
  ReceivedEvent,
} from './open-lineage-context.js';
