import { describe, expect, test } from 'vitest';
import { egeriaPage } from '../testing/egeria-page.js';
import { egeriaRoutes } from './routes.js';

describe('the routes of Egeria', () => {
  test('are what docs/egeria-rest.md says (else: npx vitest run --project unit apps/daemon/src/egeria -u)', async () => {
    await expect(egeriaPage()).toMatchFileSnapshot('../../../../docs/egeria-rest.md');
  });

  test('have one answer each', () => {
    const routes = egeriaRoutes.map(({ operation }) => `${operation.method} ${operation.path}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  test('that change something are not for viewers', () => {
    const open = egeriaRoutes.filter(
      ({ operation, isSupported }) =>
        isSupported && operation.method !== 'GET' && operation.access === 'viewer',
    );
    expect(open.map(({ name }) => name)).toEqual([]);
  });

  test('that are not supported say so, whatever they are sent', () => {
    const missing = egeriaRoutes.filter(({ isSupported }) => !isSupported);
    expect(missing.length).toBeGreaterThan(10);
    for (const { does } of missing) expect(does).toMatch(/^Not supported: .+\.$/);
  });
});
