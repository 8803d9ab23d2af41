import { describe, expect, it } from 'vitest';
import { concernsOneRelation, explained } from './database-errors.js';

const server = {
  ...{ host: 'db', port: 5432, user: 'reader', password: 'hunter2', database: 'shop', address: 'db:5432' },
  ssl: { mode: 'prefer' as const },
  statementTimeoutMs: 60_000,
};
const ofPostgres = (code: string) => Object.assign(new Error('the cause'), { code, severity: 'ERROR' });
const ofSystem = (code: string) => Object.assign(new Error(''), { code });

describe('explained', () => {
  it.each([
    ['28P01', 'not-authorized'],
    ['28000', 'not-authorized'],
    ['42501', 'not-authorized'],
    ['3D000', 'configuration-invalid'],
    ['53300', 'system-unavailable'],
    ['55000', 'system-unavailable'],
    ['57P03', 'system-unavailable'],
    ['57014', 'system-unavailable'],
    ['40001', 'system-unavailable'],
    ['25P03', 'system-unavailable'],
    ['XX000', 'system-unavailable'],
  ])('makes %s of PostgreSQL a case of %s', (code, expected) => {
    expect(explained(ofPostgres(code), server, 'shop')).toMatchObject({ code: expected });
  });

  it.each([
    ['ECONNREFUSED', 'system-unavailable'],
    ['ENOTFOUND', 'system-unavailable'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'configuration-invalid'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'configuration-invalid'],
  ])('makes %s of the network a case of %s that names its cause', (code, expected) => {
    const error = explained(Object.assign(new Error(`it is ${code}`), { code }), server, 'shop');
    expect(error).toMatchObject({ code: expected });
    expect(String(error)).toContain('db:5432');
    expect(String(error)).toContain(code);
  });

  it('names a cause that has no message', () => {
    expect(String(explained(ofSystem('ECONNREFUSED'), server, 'shop'))).toContain('ECONNREFUSED');
  });

  it('leaves a mistake in our own SQL a mistake', () => {
    const error = ofPostgres('42601');
    expect(explained(error, server, 'shop')).toBe(error);
  });
});

describe('concernsOneRelation', () => {
  it.each([
    ['55P03', true],
    ['XX000', true],
    ['42P01', true],
    ['57014', false],
    ['42501', false],
  ])('knows of %s: %s', (code, expected) => {
    expect(concernsOneRelation(explained(ofPostgres(code), server, 'shop'))).toBe(expected);
  });
});
