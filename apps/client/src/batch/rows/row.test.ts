import { expect, test } from 'vitest';
import { failedRow, valueRow } from './row.ts';

test.each([
  ['=cmd|"/c calc"!A1'],
  ['+1+1'],
  ['-2+3'],
  ['@SUM(A1)'],
  ['\t=1'],
  ['\r=1'],
  ['\n=1'],
  ['\uFF1D1+1'],
  ['\uFF0B1'],
  ['\uFF0D1'],
  ['\uFF20A'],
])('a value that is a text and that a spreadsheet would compute stays a text: %j', (text) => {
  expect(valueRow(['in'], text)).toEqual(['in', `'${text}`, '']);
});

test.each([
  ['', ''],
  ['plain', 'plain'],
  ["'=1", "'=1"],
  [-5, '-5'],
  [-1e-7, '-1e-7'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
  [[-1, '=1'], '[-1,"=1"]'],
  [false, 'false'],
])('any other value is written as it is: %j', (value, text) => {
  expect(valueRow(['-in', '=in'], value)).toEqual(['-in', '=in', text, '']);
});

test('an error begins with its code, so no spreadsheet computes it', () => {
  expect(failedRow(['in'], 'out-of-domain', '=1+1')).toEqual(['in', '', 'out-of-domain: =1+1']);
});
