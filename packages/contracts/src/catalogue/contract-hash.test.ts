import { expect, test } from 'vitest';
import { z } from 'zod';
import { calculator } from '../calculator/calculator.ts';
import { contractHash } from './contract-hash.ts';
import { Finite } from './finite.ts';
import { formula } from './formula.ts';
import { operation } from './operation.ts';

const example = { input: { x: 1, y: 2 }, output: 3 };
const base = {
  name: 'sum' as const,
  description: 'A sum.',
  input: z.object({ x: Finite, y: Finite }),
  output: Finite,
  example,
};

const pair = { name: 'sum', description: 'A sum.', output: Finite, example: { operands: [1, 2], output: 3 } } as const;

test('equal contracts have equal hashes, built twice', () => {
  const again = { ...base, input: z.object({ x: z.number(), y: z.number() }), output: z.number() };
  expect(contractHash(operation(again))).toBe(contractHash(operation(base)));
});

test('the order of properties, descriptions and examples do not change the hash', () => {
  const other = {
    ...base,
    description: 'What two numbers make together.',
    input: z.object({ y: Finite.describe('second'), x: Finite.describe('first') }).describe('both'),
    example: { input: { x: 5, y: 5 }, output: 10 },
  };
  expect(contractHash(operation(other))).toBe(contractHash(operation(base)));
});

test('a contract without a version has version 1', () => {
  expect(contractHash(operation({ ...base, version: 1 }))).toBe(contractHash(operation(base)));
});

test('a hash has 32 bits', () => {
  for (const hash of calculator.hashes.values()) {
    expect(Number.isInteger(hash) && hash >= 0 && hash <= 0xffffffff).toBe(true);
  }
});

test('the name, the version, each schema and each check of a schema change the hash', () => {
  const { y } = base.input.shape;
  const variants = [
    operation(base),
    operation({ ...base, name: 'total' }),
    operation({ ...base, version: 2 }),
    operation({ ...base, output: z.int() }),
    operation({ ...base, input: z.object({ x: Finite, y: Finite.optional() }) }),
    operation({ ...base, input: z.object({ x: Finite, y: Finite.min(0) }) }),
    operation({ ...base, input: z.object({ x: Finite, y, z: Finite.optional() }) }),
    formula({ ...pair, operands: [['x', Finite] as const, ['y', Finite] as const] }),
    formula({ ...pair, operands: [['y', Finite] as const, ['x', Finite] as const] }),
    formula({ ...pair, operands: [['x', Finite] as const, ['y', z.int()] as const] }),
  ];
  expect(new Set(variants.map(contractHash)).size).toBe(variants.length);
});

test('an operation and a formula of one name and one schema differ', () => {
  const single = { name: 'same', description: '', output: Finite };
  const asked = formula({ ...single, operands: [['x', Finite]], example: { operands: [1], output: 1 } });
  const done = operation({ ...single, input: Finite, example: { input: 1, output: 1 } });
  expect(contractHash(asked)).not.toBe(contractHash(done));
});

/** Peers of other builds compute the same numbers, so a change here is a change of the protocol. */
test('the hashes of the paper’s operation and formula have not changed', () => {
  expect(contractHash(calculator.operations.square)).toBe(1358948392);
  expect(contractHash(calculator.formulas.hypotenuse)).toBe(601972187);
});

test.each<[string, z.ZodType]>([
  ['bigint', z.bigint()],
  ['Date', z.date()],
  ['Map', z.map(z.string(), z.number())],
  ['a transform', z.string().transform(Number)],
  ['a transform whose result is checked', z.string().transform(Number).pipe(z.number())],
])('a contract with %s is refused by name and place', (_what, schema) => {
  const refusal = (place: string): RegExp => new RegExp(`^\\w+ "sum", ${place}: not a value for the wire: `);
  const input = { ...base, input: schema };
  expect(() => contractHash(operation(input))).toThrow(TypeError);
  expect(() => contractHash(operation(input))).toThrow(refusal('input'));
  const output = { ...base, output: schema };
  expect(() => contractHash(operation(output))).toThrow(refusal('output'));
  const operand = { ...pair, operands: [['x', Finite] as const, ['y', schema] as const] as const };
  expect(() => contractHash(formula(operand))).toThrow(refusal('operand y'));
});

test('the order of properties in recursive schemas does not change the hash', () => {
  function tree(swapped: boolean): z.ZodType {
    const Left = z.object({
      get of() {
        return z.optional(Left);
      },
    });
    const Right = z.object({
      n: Finite,
      get of() {
        return z.optional(Right);
      },
    });
    return swapped ? z.object({ b: Right, a: Left }) : z.object({ a: Left, b: Right });
  }
  const hashOfInput = (input: z.ZodType): number =>
    contractHash(operation({ ...base, input, example: { ...example, input: {} } }));
  expect(hashOfInput(tree(true))).toBe(hashOfInput(tree(false)));
  const other = z.object({
    a: z.object({
      get of() {
        return z.optional(other.shape.a);
      },
    }),
    b: z.object({ n: z.int() }),
  });
  expect(hashOfInput(other)).not.toBe(hashOfInput(tree(false)));
});

test('a schema whose parts never end is refused', () => {
  const endless = (): z.ZodType =>
    z.object({
      get next() {
        return z.optional(endless());
      },
    });
  const contract = operation({ ...base, input: endless(), example: { ...example, input: {} } });
  expect(() => contractHash(contract)).toThrow(/operation "sum", input: .* parts never end/);
});
