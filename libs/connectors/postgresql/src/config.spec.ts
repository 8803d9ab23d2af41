import { parseConfig } from '@idaemon/connector-kit';
import { describe, expect, it } from 'vitest';
import { serverOf } from './config.js';
import { postgresql } from './postgresql.connector.js';

const url = 'postgresql://reader@db.example.com/shop';
const parsed = (config: object) => parseConfig(postgresql, { url, ...config });

describe('the configuration', () => {
  it.each([
    ['nonsense', 'is no URL'],
    ['mysql://reader@db/shop', 'is no URL of a PostgreSQL database'],
    ['postgresql://reader@/shop', 'is no URL'],
    ['postgresql:///shop', 'names no host'],
    ['postgresql://db/shop', 'names no user'],
    ['postgresql://reader@db', 'names no database'],
    ['postgresql://reader@db/shop/public', 'names no database'],
    ['postgresql://reader@db/shop?sslmode=require', 'takes no parameters'],
    ['postgresql://re%ader@db/shop', 'has a wrong % escape'],
  ])('refuses the url %s, as it %s', (wrong, why) => {
    expect(() => parsed({ url: wrong })).toThrow(why);
  });

  it('refuses a password in the url and does not repeat it', () => {
    const refused = caught(() => parsed({ url: 'postgresql://reader:hunter2@db/shop' }));
    expect(String(refused)).toContain('config.url: must hold no password');
    expect(JSON.stringify(refused) + String(refused)).not.toContain('hunter2');
  });

  it.each([['{sales.orders,hr.*}'], ['sales.'], ['.orders']])('refuses the pattern %s', (pattern) => {
    expect(() => parsed({ include: [pattern] })).toThrow('config.include.0');
  });

  it('refuses a time-out that is no duration', () => {
    expect(() => parsed({ statementTimeout: '60' })).toThrow('config.statementTimeout');
  });
});

describe('the server', () => {
  it('is what the url says, with the default port', () => {
    const server = serverOf(parsed({ url: 'postgresql://re%40der@DB.example.com/my%20shop' }), 'secret');
    expect(server).toMatchObject({ user: 're@der', database: 'my shop', port: 5432, password: 'secret' });
    expect(server.address).toBe('db.example.com:5432');
  });

  it('is known as others know it', () => {
    const server = serverOf(parsed({ knownAs: 'shop-db:6432' }), undefined);
    expect(server).toMatchObject({ host: 'db.example.com', port: 5432, address: 'shop-db:6432' });
  });

  it('has brackets around an IPv6 address in names only', () => {
    const server = serverOf(parsed({ url: 'postgresql://reader@[::1]:6000/shop' }), undefined);
    expect(server).toMatchObject({ host: '::1', address: '[::1]:6000' });
  });

  it('checks the certificate once encryption is configured, and encrypts if it can otherwise', () => {
    expect(serverOf(parsed({}), undefined).ssl.mode).toBe('prefer');
    expect(serverOf(parsed({ ssl: { ca: '/ca.pem' } }), undefined).ssl.mode).toBe('verify-full');
  });
});

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
