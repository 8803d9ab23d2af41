export { openMetadataLineagePublisher } from './open-metadata-lineage-publisher.connector.js';
