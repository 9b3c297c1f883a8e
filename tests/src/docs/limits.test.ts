import { limits } from '@cateto/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declaredNames, expectedRows, grouped } from './limit-rows.ts';
import { repository } from './pages.ts';

const page = readFileSync(join(repository, 'docs/limits.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| '));

test('docs/limits.md has one row for each bound of the contracts, with its value and its reason', () => {
  const table = rows.filter((row) => row.startsWith('| `'));
  // To mend it, copy the expected rows into the page.
  expect(table).toEqual(expectedRows());
  expect(table).toHaveLength(declaredNames.length);
});

test.each([
  ['a value', limits.valueBytesMax],
  ['operands of a formula', limits.lanesMax],
  ['inputs of one `map` of a formula', limits.mapInputsMax],
  ['calls of one formula', limits.formulaCallsMax],
  ['in flight from one client to one server', limits.requestsPerServerMax],
  ['requests waiting in one client', limits.heldRequestsMax],
  ['requests in a server', limits.requestsInFlightMax],
  ['threads of a server', limits.workersMax],
])('the row about %s states the bound of the contracts', (what, value) => {
  expect(rows.find((row) => row.includes(what))).toContain(` ${grouped(value)}`);
});
