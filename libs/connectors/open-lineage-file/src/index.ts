export { openLineageFile } from './open-lineage-file.connector.js';
