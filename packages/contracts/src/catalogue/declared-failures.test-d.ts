import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { Failure } from '../messages/failures.ts';
import { declaredFailure } from './declared-failures.ts';
import { Finite } from './finite.ts';
import type { Handler, HandlerContext } from './formula-code.ts';
import { operation } from './operation.ts';

const declaration = {
  name: 'price',
  description: 'The price of an article.',
  input: z.string(),
  output: Finite,
  example: { input: 'a', output: 1 },
} as const;
const plain = operation(declaration);
const price = operation({
  ...declaration,
  failures: { 'market-closed': z.object({ until: z.string() }), 'sold-out': z.null() },
});

test('a handler fails with the codes and data of its contract, and with no others', () => {
  const handler: Handler<typeof price> = (_article, { fail }) => {
    expectTypeOf(fail('market-closed', { until: '9' })).toEqualTypeOf<Failure>();
    // @ts-expect-error -- no data
    void (() => fail('market-closed'));
    // @ts-expect-error -- other data
    void (() => fail('market-closed', { until: 9 }));
    // @ts-expect-error -- a code that is not declared
    void (() => fail('teapot', null));
    return fail('sold-out');
  };
  void handler;
  // @ts-expect-error -- the contract declares no failures
  const other: Handler<typeof plain> = (_article, { fail }) => fail('sold-out');
  void other;
  expectTypeOf<Parameters<Handler<typeof plain>>[1]>().toEqualTypeOf<HandlerContext>();
});

test('a formula makes the failures that its contract declares', () => {
  expectTypeOf(declaredFailure(price, 'market-closed', { until: '9' }, 'Sunday')).toEqualTypeOf<Failure>();
  // @ts-expect-error -- other data
  void (() => declaredFailure(price, 'market-closed', {}));
  // @ts-expect-error -- a code that is not declared
  void (() => declaredFailure(plain, 'market-closed', { until: '9' }));
});

test('a code of the protocol does not compile', () => {
  // @ts-expect-error -- "overloaded" is a failure of the protocol
  void (() => operation({ ...declaration, failures: { overloaded: z.null() } }));
});
