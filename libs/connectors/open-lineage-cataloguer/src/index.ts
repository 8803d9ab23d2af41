export { openLineageCataloguer } from './open-lineage-cataloguer.connector.js';
