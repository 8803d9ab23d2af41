export { openLineageHttp } from './open-lineage-http.connector.js';
