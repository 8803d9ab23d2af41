export { databaseIntegrator } from './database-integrator.js';
export { filesIntegrator } from './files-integrator.js';
