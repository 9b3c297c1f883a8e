import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { failure, isFailure } from '../messages/failures.ts';
import { failureDataBytesMax } from '../messages/limits.ts';
import { failureLayout } from '../messages/messages.ts';
import { readResult, resultMessage } from '../messages/read.ts';
import { takeFailure } from '../values/hand-over.ts';
import { defineCatalogue, hashOf } from './catalogue.ts';
import { declaredFailure, failWith } from './declared-failures.ts';
import { exposed } from './exposed.ts';
import { Finite } from './finite.ts';
import { formula } from './formula.ts';
import type { Operation } from './operation.ts';
import { operation } from './operation.ts';

const declaration = {
  name: 'price',
  description: 'The price of an article.',
  input: z.string(),
  output: Finite,
  example: { input: 'a', output: 1 },
} as const;
const plain = operation(declaration);
const failures = { 'market-closed': z.object({ until: z.string() }), 'sold-out': z.null() };
const price = operation({ ...declaration, failures });

function hash(contract: Operation): number {
  return hashOf(defineCatalogue({ operations: { price: contract }, formulas: {} }), 'price');
}

describe('the declaration of failures', () => {
  test.each<[string, Record<string, z.ZodType>, RegExp]>([
    ['a code of the protocol', { overloaded: z.null() }, /"overloaded" is a failure of the protocol/],
    ['a code of the command line', { usage: z.null() }, /"usage" is a failure of the protocol/],
    ['a code with capitals', { MarketClosed: z.null() }, /"MarketClosed" is no code/],
    ['a code that is too long', { ['x'.repeat(33)]: z.null() }, /is no code/],
    [
      'more codes than a contract may have',
      Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`code-${index}`, z.null()])),
      /declares 17 failures; 16 are possible/,
    ],
  ])('%s is refused', (_what, given, message) => {
    expect(() => operation({ ...declaration, failures: given as never })).toThrow(message);
    expect(() => hash({ ...plain, failures: given })).toThrow(message);
    const operands = [['a', Finite]] as const;
    const example = { operands: [1], output: 1 } as const;
    expect(() =>
      formula({ name: 'f', description: '', operands, output: Finite, example, failures: given as never }),
    ).toThrow(message);
  });

  test('data that cannot be sent is refused', () => {
    expect(() => hash(operation({ ...declaration, failures: { late: z.date() } }))).toThrow(
      /operation "price", failure late: not a value for the wire/,
    );
  });

  test('failures are part of the hash, in any order; a contract without failures has the hash that it had', () => {
    expect(hash(plain)).toBe(hash(operation({ ...declaration, failures: {} })));
    expect(hash(price)).not.toBe(hash(plain));
    const { 'market-closed': closed, 'sold-out': sold } = failures;
    expect(hash(operation({ ...declaration, failures: { 'sold-out': sold, 'market-closed': closed } }))).toBe(
      hash(price),
    );
    expect(hash(operation({ ...declaration, failures: { ...failures, 'sold-out': Finite } }))).not.toBe(hash(price));
  });

  test('an exposed operation fails as its operation does', () => {
    expect(exposed(price).failures).toBe(failures);
    expect(Object.hasOwn(exposed(plain), 'failures')).toBe(false);
  });
});

describe('a declared failure', () => {
  test('code of a server gives a failure whose data fits, and a text otherwise', () => {
    const closed = { code: 'market-closed', message: 'price: market-closed', data: { until: '9' } };
    expect(takeFailure(price, failWith('market-closed', { until: '9' }))).toMatchObject(closed);
    expect(takeFailure(price, declaredFailure(price, 'market-closed', { until: '9' }, 'Sunday'))).toMatchObject({
      ...closed,
      message: 'Sunday',
    });
    expect(takeFailure(price, failWith('sold-out'))).toMatchObject({ code: 'sold-out', data: null });
    expect(takeFailure(price, failWith('market-closed'))).toMatch(/^the data of its failure "market-closed": /);
    expect(takeFailure(price, failWith('market-closed', { until: 9n }))).toMatch(/until: a bigint cannot be sent/);
    expect(takeFailure(price, failWith('teapot'))).toBe(
      'it failed with "teapot", which the operation does not declare',
    );
    const long = 'x'.repeat(failureDataBytesMax);
    expect(takeFailure(price, failWith('market-closed', { until: long }))).toMatch(/more than 16384 bytes/);
  });

  const sent = (code: string, data?: unknown): unknown =>
    failureLayout.write(resultMessage(7, failure(code, 'closed', data)) as never);
  const read = readResult(price);

  test('a declared failure travels with its data, which is left off when it is null', () => {
    expect(sent('market-closed', { until: '9' })).toEqual([7, 'market-closed', 'closed', { until: '9' }]);
    expect(sent('sold-out', null)).toEqual([7, 'sold-out', 'closed']);
    expect(read(sent('market-closed', { until: '9' }))).toEqual({
      seq: 7,
      outcome: failure('market-closed', 'closed', { until: '9' }),
    });
    expect(read(sent('sold-out', null))).toEqual({ seq: 7, outcome: failure('sold-out', 'closed', null) });
    expect(read([7, 'sold-out', 'closed', null])).toEqual({ seq: 7, outcome: failure('sold-out', 'closed', null) });
  });

  test('a result whose data does not fit is dropped, and so is one with too much data', () => {
    expect(read([7, 'market-closed', 'closed', { until: 9 }])).toBeUndefined();
    expect(read([7, 'market-closed', 'closed'])).toBeUndefined();
    expect(read([7, 'market-closed', 'closed', { until: 'x'.repeat(failureDataBytesMax) }])).toBeUndefined();
  });

  test('a code that the contract does not declare is internal, and the data of other failures is ignored', () => {
    expect(read([7, 'teapot', 'short', { until: '9' }])).toEqual({ seq: 7, outcome: failure('internal', 'short') });
    expect(readResult(plain)([7, 'market-closed', 'closed', { until: '9' }])?.outcome).toEqual(
      failure('internal', 'closed'),
    );
    const other = read([7, 'out-of-domain', 'no', 5])?.outcome;
    expect(isFailure(other) && [other.code, other.data]).toEqual(['out-of-domain', undefined]);
  });
});
