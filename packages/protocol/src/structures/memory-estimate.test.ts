import { expect, test } from 'vitest';
import { memoryEstimate } from './memory-estimate.ts';

test.each([
  ['a number', 12, 0],
  ['nothing', null, 0],
  ['a text', 'x'.repeat(1_000), 2_024],
  ['a list', [1, 2, 3], 88],
  ['lists in a list', [[], []], 208],
  ['an object', { key: 'x' }, 64 + 16 + 30 + 26],
])('the estimate for %s is close to its memory', (_what, value, bytes) => {
  expect(memoryEstimate(value)).toBe(bytes);
});
