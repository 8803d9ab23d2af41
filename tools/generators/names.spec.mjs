import { describe, expect, it } from 'vitest';
import { camelCase, collectionName, pascalCase, serviceName } from './names.mjs';

describe('names', () => {
  it('are made of what was typed', () => {
    expect(camelCase('apache-kafka-3')).toBe('apacheKafka3');
    expect(pascalCase('topic-integrator')).toBe('TopicIntegrator');
    expect([serviceName('files'), serviceName('files-integrator')]).toEqual([
      'files-integrator',
      'files-integrator',
    ]);
  });

  it.each([
    ['KafkaTopic', 'kafkaTopics'],
    ['DeployedAPI', 'deployedAPIs'],
    ['APIManager', 'apiManagers'],
    ['CSVFile', 'csvFiles'],
    ['SoftwareCapability', 'softwareCapabilities'],
    ['Process', 'processes'],
  ])('a collection of %s is called %s', (type, name) => {
    expect(collectionName(type)).toBe(name);
  });
});
