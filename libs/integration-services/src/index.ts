export { databaseIntegrator } from './database-integrator.js';
export { filesIntegrator } from './files-integrator.js';
export { lineageIntegrator } from './lineage-integrator.js';
