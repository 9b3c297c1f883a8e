import { expect, test } from 'vitest';
import { collectTables, hasGrown } from './table-sizes.ts';

function sizesOf(sizes: readonly number[], table = 'remembered') {
  const tables = collectTables();
  for (const size of sizes) tables.add('op-server-1', { [table]: size });
  const [collected] = tables.sizes();
  if (collected === undefined) throw new Error('nothing was collected');
  return collected;
}

test('a table that fills during a fault and empties again has not grown', () => {
  const sizes = sizesOf([40, 50, 45, 50, 45, 900, 45, 50, 45]);
  expect(sizes).toMatchObject({ process: 'op-server-1', table: 'remembered', highest: 900 });
  expect(hasGrown(sizes)).toBe(false);
});

test('a table that fills and stays full has grown', () => {
  expect(hasGrown(sizesOf([40, 50, 45, 120, 130, 140]))).toBe(true);
  expect(hasGrown(sizesOf(Array.from({ length: 100 }, (_, index) => index)))).toBe(true);
});

test('a few more entries in a table of participants count as growth', () => {
  expect(hasGrown(sizesOf([8, 8, 9, 13, 13, 14], 'requesters'))).toBe(true);
  expect(hasGrown(sizesOf([4, 4, 5, 6, 6, 6], 'requesters'))).toBe(false);
  expect(hasGrown(sizesOf([1, 1, 1, 9, 9, 9], 'open'))).toBe(false);
});
