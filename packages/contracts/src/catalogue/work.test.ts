import { describe, expect, test } from 'vitest';
import { calculator } from '../calculator/calculator.ts';
import { defineCatalogue } from './catalogue.ts';
import { contractHash } from './contract-hash.ts';
import { Finite } from './finite.ts';
import { operation } from './operation.ts';
import type { GivenWork, Work } from './work.ts';

function cubeOf(work?: GivenWork) {
  return operation({
    name: 'cube',
    description: 'A cube.',
    input: Finite,
    output: Finite,
    example: { input: 2, output: 8 },
    work,
  });
}

/** A declaration as a program without types would write it. */
function untyped(work: unknown): () => unknown {
  return () => cubeOf(work as GivenWork);
}

test('an operation without a declared policy has no limit, falls back when unserved, and takes any lane', () => {
  const usual = { fallback: 'unserved', lanes: 'any' };
  expect(cubeOf().work).toEqual(usual);
  expect(cubeOf({}).work).toEqual(usual);
  expect(cubeOf({ maxMs: undefined, fallback: undefined, lanes: undefined }).work).toEqual(usual);
});

test('an operation has the policy that it declares', () => {
  const work: Work = { maxMs: 86_400_000, fallback: 'never', lanes: 'fixed' };
  expect(cubeOf(work).work).toEqual(work);
});

test('the calculator keeps to the paper: the n-th call travels on lane n, and the calc-server computes late calls', () => {
  for (const { work } of Object.values(calculator.operations))
    expect(work).toEqual({ fallback: 'late', lanes: 'fixed' });
});

test('a policy does not change the hash of its contract', () => {
  expect(contractHash(cubeOf({ maxMs: 50, fallback: 'late', lanes: 'fixed' }))).toBe(contractHash(cubeOf()));
});

describe('a policy is refused where it is declared', () => {
  const wholeMs = 'a whole number of milliseconds from 1 to 86400000';

  test.each([
    [{ maxMs: 0 }, `work.maxMs: 0 is not ${wholeMs}`],
    [{ maxMs: -1 }, `work.maxMs: -1 is not ${wholeMs}`],
    [{ maxMs: 1.5 }, `work.maxMs: 1.5 is not ${wholeMs}`],
    [{ maxMs: Number.POSITIVE_INFINITY }, `work.maxMs: Infinity is not ${wholeMs}`],
    [{ maxMs: Number.NaN }, `work.maxMs: NaN is not ${wholeMs}`],
    [{ maxMs: 86_400_001 }, `work.maxMs: 86400001 is not ${wholeMs}`],
    [{ maxMs: '50' }, `work.maxMs: "50" is not ${wholeMs}`],
    [{ maxMs: null }, `work.maxMs: null is not ${wholeMs}`],
    [{ fallback: 'sometimes' }, 'work.fallback: "sometimes" is not one of late, unserved, never'],
    [{ fallback: null }, 'work.fallback: null is not one of late, unserved, never'],
    [{ lanes: 1 }, 'work.lanes: 1 is not one of fixed, any'],
    [{ lanes: 'Fixed' }, 'work.lanes: "Fixed" is not one of fixed, any'],
    [{ maxMS: 50 }, 'work: there is no "maxMS"; there are maxMs, fallback, lanes'],
    [null, 'work: null is not an object'],
    ['late', 'work: "late" is not an object'],
  ])('the policy %j is refused where it is declared', (work, problem) => {
    expect(untyped(work)).toThrow(new TypeError(`operation "cube", ${problem}`));
  });
});

test('a catalogue refuses a contract with an incomplete policy that was not declared with operation()', () => {
  const catalogueOf = (work: unknown) => () =>
    defineCatalogue({ operations: { cube: { ...cubeOf(), work: work as Work } }, formulas: {} });
  expect(catalogueOf({ fallback: 'late', lanes: 'any' })).not.toThrow();
  for (const work of [undefined, {}, { fallback: 'late' }, { lanes: 'any' }]) {
    const missing = 'operation "cube", work: fallback and lanes are missing; declare it with operation()';
    expect(catalogueOf(work)).toThrow(new TypeError(missing));
  }
  expect(catalogueOf({ fallback: 'late', lanes: 'any', maxMs: 0 })).toThrow('work.maxMs: 0 is not');
});
