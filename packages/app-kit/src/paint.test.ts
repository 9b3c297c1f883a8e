import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { paintFor, wantsColour } from './paint.ts';

beforeEach(() => {
  vi.stubEnv('NO_COLOR', undefined);
  vi.stubEnv('TERM', 'xterm');
});

afterEach(() => vi.unstubAllEnvs());

test('only output on a terminal gets colours', () => {
  expect(paintFor({ isTTY: true }).good('up')).toBe('\u001b[32mup\u001b[0m');
  expect(paintFor({ isTTY: false }).good('up')).toBe('up');
  expect(wantsColour({})).toBe(false);
});

test.each([
  ['NO_COLOR', '1'],
  ['TERM', 'dumb'],
])('output on a terminal with %s=%s gets no colours', (name, value) => {
  vi.stubEnv(name, value);
  expect(paintFor({ isTTY: true }).bad('down')).toBe('down');
});

test('an empty NO_COLOR counts as not set', () => {
  vi.stubEnv('NO_COLOR', '');
  expect(wantsColour({ isTTY: true })).toBe(true);
});
