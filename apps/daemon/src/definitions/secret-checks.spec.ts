import { describe, expect, test } from 'vitest';
import { plainSecrets, secretErrors, suspiciousKeys } from './secret-checks.js';

describe('a password in config', () => {
  test.each([
    'postgresql://reader:hush@db:5432/shop',
    'postgresql://:hush@db/shop',
    'mongodb+srv://u:p%40ss@host',
    'jdbc:postgresql://db/shop?user=a&password=hush',
    'Server=db;Pwd=hush;Database=shop',
    'https://api.example/v1?api_key=hush',
    'host=db password=hush',
  ])('is found in %s', (text) => {
    expect(plainSecrets({ deep: [{ url: text }] })).toMatchObject([{ path: 'config.deep.0.url' }]);
    expect(JSON.stringify(plainSecrets({ url: text }))).not.toMatch(/hush|p%40ss/);
  });

  test.each([
    'postgresql://reader@db:5432/shop',
    'https://example.org:8443/a:b@c',
    '/data/password=/file.csv',
    '**/*.csv',
    'C:\\data\\in:out@x',
    'arn:aws:s3:::bucket',
    'keyword=value',
  ])('is not seen in %s', (text) => {
    expect(plainSecrets({ url: text })).toEqual([]);
  });
});

test('keys that say that they hold a secret are refused where no definition tells', () => {
  const config = {
    password: 'x',
    dbPassword: 'x',
    api_key: 'x',
    'client-secret': 'x',
    keys: [],
    tokenizer: 'x',
  };
  expect(suspiciousKeys(config).map(({ path }) => path)).toEqual([
    'config.password',
    'config.dbPassword',
    'config.api_key',
    'config.client-secret',
  ]);
});

test('a secret is required where the definition says so, and has no place in config', () => {
  const declared = [
    { name: 'password', isRequired: true, description: 'Of the user.' },
    { name: 'certificate', isRequired: false, description: 'Of the client.' },
  ];
  expect(secretErrors({ config: { Password: 'x' }, secrets: {} }, declared).map(({ path }) => path)).toEqual([
    'config.Password',
    'secrets.password',
  ]);
  expect(secretErrors({ config: {}, secrets: { password: { env: 'P' } } }, declared)).toEqual([]);
});
