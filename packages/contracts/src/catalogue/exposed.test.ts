import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCatalogue } from './catalogue.ts';
import { exposed, formulaCodesOf } from './exposed.ts';
import { Finite } from './finite.ts';
import { formula } from './formula.ts';
import type { FormulaCode } from './formula-code.ts';
import { formulaCode } from './formula-code.ts';
import { operation } from './operation.ts';

const price = operation({
  name: 'price',
  description: 'The price of an option.',
  version: 3,
  input: z.object({ strike: Finite }),
  output: Finite,
  example: { input: { strike: 90 }, output: 7 },
  work: { maxMs: 100 },
});
const catalogue = defineCatalogue({ operations: { price }, formulas: { price: exposed(price) } });

test('an exposed operation has the name, the hash, the schemas and the example of its operation', () => {
  const alone = defineCatalogue({ operations: { price }, formulas: {} });
  expect(catalogue.hashes).toEqual(alone.hashes);
  expect(catalogue.formulas.price).toMatchObject({
    kind: 'formula',
    name: 'price',
    description: 'The price of an option.',
    version: 3,
    operands: [['input', price.input]],
    output: price.output,
    example: { operands: [{ strike: 90 }], output: 7 },
  });
});

test('the operand of an exposed operation can have a name of its own, with the same hash', () => {
  const named = defineCatalogue({
    operations: { price },
    formulas: { price: exposed(price, { operand: 'option' }) },
  });
  expect(named.formulas.price.operands[0][0]).toBe('option');
  expect(named.hashes).toEqual(catalogue.hashes);
});

test('the code of an exposed operation calls the operation once and passes its result on', () => {
  const code = formulaCodesOf(catalogue, {})['price'] as FormulaCode | undefined;
  expect(code?.plan([{ strike: 90 }])).toEqual([{ operation: price, input: { strike: 90 } }]);
  expect(code?.combine([7], [{ strike: 90 }])).toBe(7);
});

test('the code of other formulas stays as it was given', () => {
  const half = formula({
    name: 'half',
    description: '',
    operands: [['option', price.input]],
    output: Finite,
    example: { operands: [{ strike: 90 }], output: 3.5 },
  });
  const both = defineCatalogue({ operations: { price }, formulas: { half, price: exposed(price) } });
  const given = { half: formulaCode(half, { plan: () => [], combine: () => 0 }) };
  expect(formulaCodesOf(both, given)['half']).toBe(given.half);
  expect(Object.keys(formulaCodesOf(both, given)).toSorted()).toEqual(['half', 'price']);
});

test('an operation that is not in the catalogue cannot be exposed there', () => {
  const copy = operation({ ...price });
  expect(() => defineCatalogue({ operations: { price }, formulas: { price: exposed(copy) } })).toThrow(
    'formula "price" exposes an operation that is not among the operations of the catalogue',
  );
  expect(() => defineCatalogue({ operations: {}, formulas: { price: exposed(price) } })).toThrow(
    'formula "price" exposes an operation that is not among the operations of the catalogue',
  );
});

test('a formula that only has the name of an operation is refused', () => {
  const same = formula({
    name: 'price',
    description: '',
    operands: [['option', price.input]],
    output: Finite,
    example: { operands: [{ strike: 90 }], output: 7 },
  });
  expect(() => defineCatalogue({ operations: { price }, formulas: { price: same } })).toThrow(
    '"price" names both an operation and a formula',
  );
});
