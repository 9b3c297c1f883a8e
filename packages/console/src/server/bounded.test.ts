import { expect, test } from 'vitest';
import { bounded, valueText } from './bounded.ts';

test('a long text is cut, and its invisible characters are shown', () => {
  expect(bounded('x'.repeat(300), 10)).toBe(`${'x'.repeat(10)}…`);
  expect(bounded('a\u202eb\u0000')).toBe('a\\u202eb\\u0000');
});

test('a value is written as far as it is shown', () => {
  expect(valueText({ a: [1, 'two'], b: null })).toBe('{ "a": [1, "two"], "b": null }');
  expect(valueText(Array.from({ length: 1_000_000 }, () => 1)).length).toBeLessThan(210);
  expect(valueText({ a: new Uint8Array(1_000_000) })).toBe('{ "a": binary, 1000000 bytes }');
  let deep: unknown = 1;
  for (let depth = 0; depth < 28; depth += 1) deep = [deep];
  expect(valueText(deep)).toBe('[[[[[[…]]]]]]');
});
