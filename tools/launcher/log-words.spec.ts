import { describe, expect, test } from 'vitest';
import { logWords } from './log-words.mjs';

const entry = (content: object) => JSON.stringify({ app: 'daemon', ...content });

describe('the last words of an app', () => {
  test('are its gravest entries, with cause and next step, and no stack', () => {
    const error = { message: 'IDAEMON_LEASE "1" is refused', action: 'Set it.', stack: 'Error: x\n    at y' };
    const text = [
      entry({ level: 'info', message: 'NATS is connected' }),
      entry({ level: 'fatal', error, message: 'The daemon cannot start' }),
      entry({ level: 'info', message: 'Stopping' }),
    ].join('\n');
    expect(logWords(text)).toBe('The daemon cannot start: IDAEMON_LEASE "1" is refused\nSet it.');
  });

  test('are told once, however often it was started', () => {
    const line = entry({ level: 'fatal', message: 'The daemon cannot start' });
    expect(logWords(`${line}\n${line}`)).toBe('The daemon cannot start');
  });

  test('are what it wrote before it could log, without its stack', () => {
    const text = 'node:internal/modules\nError: Cannot find module x\n    at resolve (file:1:1)\n\n';
    expect(logWords(text)).toBe('node:internal/modules\nError: Cannot find module x');
  });

  test('leave out an entry whose beginning is cut off', () => {
    const text = `at z","message":"The daemon cannot start"}\n${entry({ level: 'info', message: 'Stopped' })}`;
    expect(logWords(text)).toBe('Stopped');
  });
});
