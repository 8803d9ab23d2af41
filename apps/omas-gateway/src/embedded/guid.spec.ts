import { describe, expect, it } from 'vitest';
import { newGuid } from './guid.js';

describe('a new GUID', () => {
  it('is a UUID of version 7 that begins with its time', () => {
    const guid = newGuid(Date.UTC(2026, 0, 1));
    expect(guid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(parseInt(guid.replace('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 0, 1));
    expect(guid < newGuid(Date.UTC(2026, 0, 2))).toBe(true);
  });

  it('is never the same, however many are made at once', () => {
    const guids = new Set(Array.from({ length: 10_000 }, () => newGuid(0)));
    expect(guids.size).toBe(10_000);
  });
});
