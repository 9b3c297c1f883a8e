import type { FailureCode } from '@cateto/contracts';
import { calculator, defineCatalogue, formula } from '@cateto/contracts';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { CallOptions, Client, MapAnswer, MapFailure, MapOptions, MapResults, RequestError } from '../index.ts';

const priced = formula({
  name: 'priced',
  description: 'The price of a line.',
  operands: [
    ['article', z.string()],
    ['count', z.int()],
  ],
  output: z.object({ cents: z.int() }),
  example: { operands: ['a', 1], output: { cents: 100 } },
});
const catalogue = defineCatalogue({ operations: {}, formulas: { priced, leg: calculator.formulas.leg } });
declare const client: Client<typeof catalogue>;
interface Price {
  cents: number;
}

test('the formula types the inputs and results of a map, by its name and by its method', () => {
  void (() => expectTypeOf(client.map('priced', [['a', 1]])).toEqualTypeOf<MapResults<MapAnswer<Price>>>());
  void (() => expectTypeOf(client.map(client.priced, [['a', 1]])).toEqualTypeOf<MapResults<MapAnswer<Price>>>());
  void (() => client.map('priced', new Set([['a', 1] as const])));
  void (() =>
    client.map(
      'priced',
      (async function* () {
        yield ['a', 1] as const;
      })(),
    ));
  // @ts-expect-error -- operands of another formula
  void (() => client.map('priced', [[3, 5]]));
  // @ts-expect-error -- operands of another formula
  void (() => client.map(client.leg, [['a', 1]]));
  // @ts-expect-error -- no operands
  void (() => client.map('priced', ['a']));
  // @ts-expect-error -- no formula of the catalogue
  void (() => client.map('hypotenuse', [[3, 4]]));
});

test('a collected outcome has a value or an error, and the error tells which', () => {
  void (async () => {
    for await (const { value, error, index } of client.map('priced', [['a', 1]], { onFailure: 'collect' })) {
      expectTypeOf(index).toBeNumber();
      if (error === undefined) expectTypeOf(value).toEqualTypeOf<Price>();
      else {
        expectTypeOf(value).toBeUndefined();
        expectTypeOf(error).toEqualTypeOf<RequestError<FailureCode, undefined>>();
      }
    }
  });
  const onFailure = 'collect' as 'throw' | 'collect';
  void (() =>
    expectTypeOf(client.map('priced', [], { onFailure })).toEqualTypeOf<
      MapResults<MapAnswer<Price> | MapFailure<RequestError<FailureCode, undefined>>>
    >());
});

test('an answer of a throwing map has no error', () => {
  void (async () => {
    for await (const { value, error } of client.map('priced', [['a', 1]])) {
      expectTypeOf(value).toEqualTypeOf<Price>();
      expectTypeOf(error).toBeUndefined();
    }
  });
});

test('the method of a formula has its contract', () => {
  expectTypeOf(client.priced.contract).toEqualTypeOf(priced);
  expectTypeOf<Omit<CallOptions, 'onProgress'>>().toExtend<MapOptions>();
});
