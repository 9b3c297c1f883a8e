import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { Calculator } from '../calculator/calculator.ts';
import type { FormulaName, OperationName } from './catalogue.ts';
import { defineCatalogue } from './catalogue.ts';
import { Finite } from './finite.ts';
import type { OperandsOf } from './formula.ts';
import { formula } from './formula.ts';
import type { InputOf } from './operation.ts';
import { operation } from './operation.ts';

const description = 'An example.';
const example = { input: 1, output: 1 };
const shown = { operands: [1], output: 1 } as const;
const one = [['x', Finite]] as const;

test('a reserved name does not compile', () => {
  // @ts-expect-error -- a client with this property would be a promise
  operation({ name: 'then', description, input: Finite, output: Finite, example });
  // @ts-expect-error -- a part of topics
  operation({ name: 'request', description, input: Finite, output: Finite, example });
  // @ts-expect-error -- a command
  formula({ name: 'status', description, operands: one, output: Finite, example: shown });
});

test('an example that does not fit its contract does not compile', () => {
  // @ts-expect-error -- the input is a number
  operation({ name: 'cube', description, input: Finite, output: Finite, example: { input: '1', output: 1 } });
  // @ts-expect-error -- there is one operand
  formula({ name: 'volume', description, operands: one, output: Finite, example: { operands: [1, 2], output: 1 } });
  // @ts-expect-error -- the output is a number
  formula({ name: 'volume', description, operands: one, output: Finite, example: { operands: [1], output: '1' } });
});

test('the names and types of a declaration are preserved', () => {
  const cube = operation({ name: 'cube', description, input: Finite, output: Finite, example });
  const volume = formula({
    name: 'volume',
    description,
    operands: [
      ['edge', Finite],
      ['unit', z.string()],
    ],
    output: Finite,
    example: { operands: [1, 'm'], output: 1 },
  });
  expectTypeOf(cube.name).toEqualTypeOf<'cube'>();
  expectTypeOf<InputOf<typeof cube>>().toEqualTypeOf<number>();
  expectTypeOf<OperandsOf<typeof volume>>().toEqualTypeOf<readonly [number, string]>();
  const catalogue = defineCatalogue({ operations: { cube }, formulas: { volume } });
  expectTypeOf<OperationName<typeof catalogue>>().toEqualTypeOf<'cube'>();
  expectTypeOf<FormulaName<typeof catalogue>>().toEqualTypeOf<'volume'>();
  // @ts-expect-error -- an operation is not a formula
  defineCatalogue({ operations: {}, formulas: { cube } });
});

test('the type of the calculator has its operations and formulas', () => {
  expectTypeOf<'square'>().toExtend<OperationName<Calculator>>();
  expectTypeOf<'hypotenuse'>().toExtend<FormulaName<Calculator>>();
  expectTypeOf<OperandsOf<Calculator['formulas']['hypotenuse']>>().toEqualTypeOf<readonly [number, number]>();
});
