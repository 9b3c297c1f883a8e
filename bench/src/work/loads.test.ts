import { expect, test } from 'vitest';
import { idealMs, loadOf } from './loads.ts';

test('the ideal time is the time of two servers that are never idle', () => {
  expect(idealMs(loadOf('burst'))).toBe(12_500);
  expect(idealMs(loadOf('asynchronous'))).toBe(2_000);
  expect(idealMs(loadOf('paced'))).toBe(25_500);
  expect(idealMs(loadOf('formula'))).toBe(4_000);
});

test('a share of a load has fewer requests of the same kind, at least one, and its name says so', () => {
  const fifth = loadOf('paced', 0.2);
  expect(fifth.title).toMatch(/^0\.2 of /);
  expect(Object.values(fifth.batches).map(({ count, takesMs }) => [count, takesMs])).toEqual([
    [200, 50],
    [40, 5],
  ]);
  // A single request is never left out.
  expect(loadOf('formula', 0.2)).toEqual(loadOf('formula'));
});
