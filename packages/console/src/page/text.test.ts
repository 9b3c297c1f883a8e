import { expect, test } from 'vitest';
import { amount, duration, visible } from './text.ts';

test('a duration is written with the digits that matter', () => {
  expect([undefined, 0, 0.042, 44, 12.34, 123.4, 1_234, 125_000].map(duration)).toEqual([
    '–',
    '0 ms',
    '0.04 ms',
    '44 ms',
    '12.3 ms',
    '123 ms',
    '1.23 s',
    '2 min',
  ]);
});

test('a number has its thousands apart, and a digit behind the point only when it is small', () => {
  expect([undefined, 0, 3.44, 12.6, 1_204].map(amount)).toEqual(['–', '0', '3.4', '13', '1,204']);
});

test('characters that nobody sees, or that turn a text around, are shown as numbers', () => {
  expect(visible('a\u202eb\u200b\n{}')).toBe('a\\u202eb\\u200b\n{}');
});
