import { expect, test } from 'vitest';
import type { FailureCode } from './failures.ts';
import { Failure, failure, failureCodeOf, failureTable, isFailure, traitOf } from './failures.ts';

const codes = Object.keys(failureTable) as FailureCode[];

test('the failure table equals the one of the protocol', () => {
  expect(codes.toSorted()).toEqual([
    'cancelled',
    'contract-mismatch',
    'deadline-exceeded',
    'internal',
    'invalid-request',
    'no-listener',
    'out-of-domain',
    'overloaded',
    'server-lost',
    'unknown-formula',
    'unknown-operation',
  ]);
});

test('a failure sends the request to another server only if this server did not run it', () => {
  for (const code of codes) {
    const { anotherServerMayKnow, mayHaveRun, retryable } = traitOf(code);
    if (anotherServerMayKnow)
      expect({ code, mayHaveRun, retryable }).toEqual({ code, mayHaveRun: false, retryable: true });
  }
});

test('a code that is not in the table is internal and not retried, whatever objects inherit', () => {
  for (const text of ['', 'unheard-of', 'toString', '__proto__', 'constructor']) {
    expect(failureCodeOf(text), text).toBe('internal');
  }
  expect(traitOf('internal').retryable).toBe(false);
  for (const code of codes) expect(failureCodeOf(code)).toBe(code);
});

test('a failure is distinguished from an object that merely looks like one', () => {
  const made = failure('overloaded', 'the queue is full');
  expect(made).toBeInstanceOf(Failure);
  expect(isFailure(made)).toBe(true);
  for (const other of [{ code: 'overloaded', message: 'the queue is full' }, null, undefined, 'overloaded', 0]) {
    expect(isFailure(other)).toBe(false);
  }
});

test('a failure of another copy of this package is a failure', async () => {
  const copy = './failures.ts?copy';
  const other = (await import(/* @vite-ignore */ copy)) as { failure: typeof failure; Failure: typeof Failure };
  const made = other.failure('out-of-domain', 'not there');
  expect(other.Failure).not.toBe(Failure);
  expect(made).not.toBeInstanceOf(Failure);
  expect(isFailure(made)).toBe(true);
});
