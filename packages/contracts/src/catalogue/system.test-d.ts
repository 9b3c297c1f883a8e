import { expectTypeOf, test } from 'vitest';
import { defineCatalogue } from './catalogue.ts';
import { exposed } from './exposed.ts';
import { Finite } from './finite.ts';
import { formula } from './formula.ts';
import type { HandlersOf } from './formula-code.ts';
import { formulaCode } from './formula-code.ts';
import { operation } from './operation.ts';
import { call } from './step.ts';
import { defineSystem } from './system.ts';

const price = operation({
  name: 'price',
  description: '',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 3 },
});
const fee = operation({
  name: 'fee',
  description: '',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 3 },
});
const spread = formula({
  name: 'spread',
  description: '',
  operands: [
    ['low', Finite],
    ['high', Finite],
  ],
  output: Finite,
  example: { operands: [1, 2], output: 3 },
});
const catalogue = defineCatalogue({ operations: { price, fee }, formulas: { spread, price: exposed(price) } });
const formulas = {
  spread: formulaCode(spread, {
    plan: ([low, high]) => [call(price, low), call(price, high)],
    combine: ([low, high]) => low - high,
  }),
};
const handlers = { price: (x: number) => x, fee: (x: number) => x };

test('a complete system compiles, and its handlers know their inputs', () => {
  const system = defineSystem({
    catalogue,
    handlers: {
      price: (strike) => {
        expectTypeOf(strike).toEqualTypeOf<number>();
        return 3 * strike;
      },
      fee: async (strike, { leftMs }) => strike + leftMs,
    },
    formulas,
  });
  expectTypeOf(system.handlers).toExtend<HandlersOf<typeof catalogue>>();
});

test('code may be loaded by functions', () => {
  defineSystem({ catalogue, handlers: () => Promise.resolve(handlers), formulas: () => formulas });
  defineSystem({ catalogue, handlers: async () => handlers, formulas });
});

test('a handler that is missing does not compile', () => {
  // @ts-expect-error -- fee is missing
  defineSystem({ catalogue, handlers: { price: (x: number) => x }, formulas });
  // @ts-expect-error -- fee is missing
  defineSystem({ catalogue, handlers: () => ({ price: (x: number) => x }), formulas });
  // @ts-expect-error -- fee is missing
  defineSystem({ catalogue, handlers: async () => ({ price: (x: number) => x }), formulas });
  // @ts-expect-error -- no handlers
  defineSystem({ catalogue, formulas });
});

test('a misspelt handler does not compile', () => {
  // @ts-expect-error -- there is no pric
  defineSystem({ catalogue, handlers: { ...handlers, pric: (x: number) => x }, formulas });
  // @ts-expect-error -- there is no pric
  defineSystem({ catalogue, handlers: () => ({ ...handlers, pric: (x: number) => x }), formulas });
  // @ts-expect-error -- there is no pric
  defineSystem({ catalogue, handlers: async () => ({ ...handlers, pric: (x: number) => x }), formulas });
});

test('a handler with wrong types does not compile', () => {
  // @ts-expect-error -- the input is a number
  defineSystem({ catalogue, handlers: { ...handlers, price: (x: string) => x.length }, formulas });
  // @ts-expect-error -- the output is a number
  defineSystem({ catalogue, handlers: { ...handlers, price: (x: number) => String(x) }, formulas });
});

test('a formula without code does not compile, and an exposed operation needs none', () => {
  // @ts-expect-error -- spread is missing
  defineSystem({ catalogue, handlers, formulas: {} });
  // @ts-expect-error -- spread is missing
  defineSystem({ catalogue, handlers });
  // @ts-expect-error -- there is no spred
  defineSystem({ catalogue, handlers, formulas: { ...formulas, spred: formulas.spread } });
});
