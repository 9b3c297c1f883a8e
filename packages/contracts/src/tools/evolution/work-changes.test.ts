import { describe, expect, test } from 'vitest';
import type { ContractSet } from '../export/contract-set.ts';
import { contractSetOf } from '../export/contract-set.ts';
import { defineCatalogue } from '../../catalogue/catalogue.ts';
import { Finite } from '../../catalogue/finite.ts';
import { operation } from '../../catalogue/operation.ts';
import type { GivenWork } from '../../catalogue/work.ts';
import { violations } from './breaking-changes.ts';
import { workChanges, workChangeText } from './work-changes.ts';

function setOf(work: GivenWork): ContractSet {
  const example = { input: 1, output: 1 };
  const cube = operation({ name: 'cube', description: 'A cube.', input: Finite, output: Finite, example, work });
  return contractSetOf(defineCatalogue({ operations: { cube }, formulas: {} }));
}

function lines(was: ContractSet, is: ContractSet): string[] {
  return workChanges(was, is).map(workChangeText);
}

test('an unchanged policy is not reported', () => {
  expect(lines(setOf({ maxMs: 5 }), setOf({ maxMs: 5, fallback: 'unserved', lanes: 'any' }))).toEqual([]);
});

test('the policy of a new or deleted operation, or against a release without policies, is not reported', () => {
  const { messages, formulas } = setOf({});
  const empty = { operations: {}, formulas, messages };
  const { cube } = setOf({}).operations;
  const { work: _work, ...undescribed } = cube ?? { version: 1, input: true, output: true };
  for (const released of [empty, { ...empty, operations: { cube: undescribed } }]) {
    expect(lines(released, setOf({ maxMs: 5 }))).toEqual([]);
  }
  expect(lines(setOf({ maxMs: 5 }), empty)).toEqual([]);
});

describe('a change is named, with what may fail or wait because of it', () => {
  test.each<[GivenWork, GivenWork, string]>([
    [{}, { maxMs: 50 }, 'maxMs: was no limit, is 50 ms. Notable: handlers that run for more than 50 ms fail now.'],
    [
      { maxMs: 90 },
      { maxMs: 50 },
      'maxMs: was 90 ms, is 50 ms. Notable: handlers that run for more than 50 ms fail now.',
    ],
    [{ maxMs: 50 }, { maxMs: 90 }, 'maxMs: was 50 ms, is 90 ms.'],
    [{ maxMs: 50 }, {}, 'maxMs: was 50 ms, is no limit.'],
    [
      { fallback: 'late' },
      { fallback: 'unserved' },
      'fallback: was late, is unserved. Notable: a call that is late is no longer computed by the calc-server.',
    ],
    [
      { fallback: 'unserved' },
      { fallback: 'never' },
      'fallback: was unserved, is never. Notable: a call without an op-server waits until its deadline; calc-servers computed it before.',
    ],
    [
      { fallback: 'never' },
      { fallback: 'late' },
      'fallback: was never, is late. Notable: calc-servers now compute calls that only op-servers computed before.',
    ],
    [{ lanes: 'fixed' }, { lanes: 'any' }, 'lanes: was fixed, is any.'],
    [
      { lanes: 'any' },
      { lanes: 'fixed' },
      'lanes: was any, is fixed. Notable: a call waits for its lane even if op-servers listen on others.',
    ],
  ])('a change of policy from %j to %j is reported with its effect', (was, is, text) => {
    expect(lines(setOf(was), setOf(is))).toEqual([`operation cube, work.${text}`]);
    expect(violations(setOf(was), setOf(is))).toEqual([]);
  });
});
