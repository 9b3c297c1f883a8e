import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { calculator } from '../../calculator/calculator.ts';
import { defineCatalogue } from '../../catalogue/catalogue.ts';
import type { ContractSet } from '../export/contract-set.ts';
import { contractSetOf } from '../export/contract-set.ts';
import { exposed } from '../../catalogue/exposed.ts';
import { Finite } from '../../catalogue/finite.ts';
import { formula } from '../../catalogue/formula.ts';
import { operation } from '../../catalogue/operation.ts';
import { violations, violationText } from './breaking-changes.ts';

const measure = z.object({ value: Finite, unit: z.enum(['m', 'cm']) });

/** A contract set with one operation of these schemas. Examples do not count. */
function released(input: z.ZodType, output: z.ZodType, version = 1): ContractSet {
  const set = contractSetOf(calculator);
  const { input: asked, output: answered } = contractSetOf(withExample(input, output)).operations.convert ?? {};
  return { ...set, operations: { convert: { version, input: asked ?? true, output: answered ?? true } } };
}

function withExample(input: z.ZodType, output: z.ZodType) {
  const fitting = [
    0,
    1,
    5,
    'm',
    { value: 1, unit: 'm' },
    { value: 1 },
    { value: 1, unit: 'm', note: '' },
    { value: '', unit: 'm' },
    null,
  ];
  const example = {
    input: fitting.find((value) => input.safeParse(value).success),
    output: fitting.find((value) => output.safeParse(value).success),
  };
  const convert = operation({ name: 'convert', description: 'Converts.', input, output, example });
  return defineCatalogue({ operations: { convert }, formulas: {} });
}

function lines(was: ContractSet, is: ContractSet): string[] {
  return violations(was, is).map(violationText);
}

describe('what a server accepts', () => {
  test.each<[string, z.ZodType]>([
    ['is as it was', measure],
    ['has an optional field more', measure.extend({ note: z.string().optional() })],
    ['has a field with a default more', measure.extend({ digits: z.int().default(3) })],
    ['has a unit more', measure.extend({ unit: z.enum(['m', 'cm', 'mm']) })],
    ['may do without a field', measure.extend({ unit: z.enum(['m', 'cm']).optional() })],
    ['may be a number alone', z.union([measure, Finite])],
  ])('an input may accept more: it %s', (_what, input) => {
    expect(lines(released(measure, Finite), released(input, Finite))).toEqual([]);
  });

  test.each<[string, z.ZodType, string]>([
    [
      'has a unit less',
      measure.extend({ unit: z.enum(['m']) }),
      'operation convert, input.unit: may be "cm", which the receiver does not accept (for example {"value":0,"unit":"cm"}). Compatible: accept "cm" as well.',
    ],
    [
      'needs a field more',
      measure.extend({ note: z.string() }),
      'operation convert, input.note: may be left out, and the receiver needs it (for example {"value":0,"unit":"m"}). Compatible: leave it optional, or give it a default.',
    ],
    [
      'has a bound',
      measure.extend({ value: z.number().min(0) }),
      'operation convert, input.value: may be below 0, which the receiver does not accept (for example {"value":-1,"unit":"m"}). Compatible: accept what is below 0 as well.',
    ],
    [
      'has another type',
      measure.extend({ value: z.string() }),
      'operation convert, input.value: may be number, where the receiver accepts string (for example {"value":0,"unit":"m"}). Compatible: accept number as well.',
    ],
  ])('an input must not accept less: it %s', (_what, input, line) => {
    expect(lines(released(measure, Finite), released(input, Finite))).toEqual([line]);
  });
});

describe('what a server writes', () => {
  test.each<[string, z.ZodType]>([
    ['has an optional field more', measure.extend({ note: z.string().optional() })],
    ['has a field more', measure.extend({ note: z.string() })],
    ['has a unit less', measure.extend({ unit: z.enum(['m']) })],
    ['is bounded', measure.extend({ value: z.number().min(0) })],
  ])('an output may write less or add fields: it %s', (_what, output) => {
    expect(lines(released(Finite, measure), released(Finite, output))).toEqual([]);
  });

  test.each<[string, z.ZodType, string]>([
    [
      'has a unit more',
      measure.extend({ unit: z.enum(['m', 'cm', 'mm']) }),
      'operation convert, output.unit: may be "mm", which the receiver does not accept (for example {"value":0,"unit":"mm"}). Compatible: write "m", "cm" only.',
    ],
    [
      'lacks a field',
      measure.omit({ unit: true }),
      'operation convert, output.unit: may be left out, and the receiver needs it (for example {"value":0}). Compatible: write it always.',
    ],
    [
      'may be null',
      measure.nullable(),
      'operation convert, output: may be null, which the receiver does not accept (for example null). Compatible: do not write null.',
    ],
  ])('an output must not write more: it %s', (_what, output, line) => {
    expect(lines(released(Finite, measure), released(Finite, output))).toEqual([line]);
  });
});

describe('a contract', () => {
  const area = {
    name: 'area',
    description: 'An area.',
    output: Finite,
    example: { operands: [1, 2], output: 2 },
  } as const;
  const set = (operands: readonly (readonly [string, z.ZodType])[]): ContractSet => {
    const example = { operands: operands.map(() => 1), output: 2 };
    return contractSetOf(
      defineCatalogue({ operations: {}, formulas: { area: formula({ ...area, operands, example }) } }),
    );
  };
  const was = set([
    ['width', Finite],
    ['height', Finite],
  ]);

  test('a deleted contract is reported by its name', () => {
    const { area: _gone, ...formulas } = was.formulas;
    expect(lines(was, { ...was, formulas })).toEqual([
      'formula area: is gone. Compatible: keep it for clients of the last release.',
    ]);
  });

  test('a new contract breaks nothing', () => {
    expect(lines({ ...was, formulas: {} }, was)).toEqual([]);
  });

  test('a higher version is a violation, because the contract means something else', () => {
    expect(lines(released(Finite, Finite), released(Finite, Finite, 2))).toEqual([
      'operation convert, version: is 2 and was 1: its meaning has changed. Compatible: add a contract with a new name for the new meaning.',
    ]);
  });

  test('other operands, or operands in another order, are a violation, and a renamed operand is not', () => {
    const remedy = 'leave the operands (width, height); add a formula with a new name for other operands';
    expect(lines(was, set([['width', Finite]]))).toEqual([
      `formula area, operands: are width and were width, height: requests of the last release have the former ones. Compatible: ${remedy}.`,
    ]);
    expect(
      lines(
        was,
        set([
          ['height', Finite],
          ['width', Finite],
        ]),
      ),
    ).toEqual([
      `formula area, operands: are in the order height, width and were in the order width, height. Compatible: ${remedy}.`,
    ]);
    expect(
      lines(
        was,
        set([
          ['breadth', Finite],
          ['height', Finite],
        ]),
      ),
    ).toEqual([]);
  });

  test('a violation names the operand that accepts less', () => {
    expect(
      lines(
        was,
        set([
          ['width', Finite],
          ['height', z.int()],
        ]),
      )[0],
    ).toBe(
      'formula area, operand height: may be number, where the receiver accepts integer (for example 0.5). Compatible: accept number as well.',
    );
  });
});

describe('a message', () => {
  const now = contractSetOf(calculator);
  const operand = now.messages.operand as { readonly prefixItems: readonly object[]; readonly minItems: number };
  const withOperand = (changes: object): ContractSet => ({
    ...now,
    messages: { ...now.messages, operand: { ...operand, ...changes } },
  });

  test('a message may get an optional field at its end', () => {
    const priority = { title: 'priority', anyOf: [{ type: 'integer' }, { type: 'null' }] };
    expect(lines(now, withOperand({ prefixItems: [...operand.prefixItems, priority] }))).toEqual([]);
  });

  test('a message must not get a required field, and must not lose a field', () => {
    const [first] = lines(now, withOperand({ prefixItems: [...operand.prefixItems, { type: 'null' }], minItems: 8 }));
    expect(first).toContain('message operand: may have fewer than 8 elements');
    const [lacking] = lines(now, withOperand({ prefixItems: operand.prefixItems.slice(0, 5), minItems: 5 }));
    expect(lacking).toContain('message operand: may have fewer than 6 elements');
  });

  test('a violation of a message names the changed field, in both directions', () => {
    const fields = (seq: object): object => ({ prefixItems: operand.prefixItems.with(0, { title: 'seq', ...seq }) });
    expect(lines(now, withOperand(fields({ type: 'integer', minimum: 5 })))[0]).toContain(
      'message operand, field seq:',
    );
    expect(lines(now, withOperand(fields({ type: 'integer', minimum: 0 })))[0]).toContain(
      'message operand, field seq:',
    );
  });
});

test('the calculator breaks nothing with itself', () => {
  expect(violations(contractSetOf(calculator), contractSetOf(calculator))).toEqual([]);
});

describe('an exposed operation', () => {
  const catalogueOf = (input: z.ZodType, isExposed = true) => {
    const price = operation({
      name: 'price',
      description: '',
      input,
      output: Finite,
      example: { input: 1, output: 1 },
    });
    return contractSetOf(
      defineCatalogue({ operations: { price }, formulas: isExposed ? { price: exposed(price) } : {} }),
    );
  };

  test('a change of an exposed operation is one violation, and not a second one of the formula', () => {
    const found = violations(catalogueOf(Finite), catalogueOf(z.number().min(0)));
    expect(found.map(({ contract }) => contract)).toEqual(['operation price']);
  });

  test('clients of the last release miss an operation that is exposed no longer', () => {
    expect(lines(catalogueOf(Finite), catalogueOf(Finite, false))).toEqual([
      'formula price: is gone. Compatible: keep it for clients of the last release.',
    ]);
  });
});
