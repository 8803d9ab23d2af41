export { openLineageTopic } from './open-lineage-topic.connector.js';
export { openLineageTopicSource } from './open-lineage-topic-source.connector.js';
