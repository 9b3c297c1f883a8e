import { expect, test } from 'vitest';
import { z } from 'zod';
import { calculator } from '../calculator/calculator.ts';
import { defineCatalogue, hashOf } from './catalogue.ts';
import { contractHash } from './contract-hash.ts';
import { Finite } from './finite.ts';
import type { Formula, OperandList } from './formula.ts';
import { formula } from './formula.ts';
import type { Operation } from './operation.ts';
import { operation } from './operation.ts';

const example = { input: 2, output: 8 };
const cube = operation({ name: 'cube', description: 'A cube.', input: Finite, output: Finite, example });
const volume = formula({
  name: 'volume',
  description: 'The volume of a die.',
  operands: [['edge', Finite]],
  output: Finite,
  example: { operands: [2], output: 8 },
});

/** A declaration as a program without types would write it. */
function untyped(contract: object): never {
  return contract as never;
}

function withOperation(changes: Partial<Operation>): () => unknown {
  const changed = { ...cube, ...changes };
  return () => defineCatalogue({ operations: { [changed.name]: changed }, formulas: {} });
}

function withFormula(changes: Partial<Formula>): () => unknown {
  const changed: Formula = untyped({ ...volume, ...changes });
  return () => defineCatalogue({ operations: {}, formulas: { [changed.name]: changed } });
}

test('a catalogue holds its contracts and the hash of each', () => {
  const catalogue = defineCatalogue({ operations: { cube }, formulas: { volume } });
  expect(catalogue.operations.cube).toBe(cube);
  expect(catalogue.formulas.volume).toBe(volume);
  expect(hashOf(catalogue, 'cube')).toBe(contractHash(cube));
  expect(hashOf(catalogue, 'volume')).toBe(contractHash(volume));
});

test('a catalogue can be empty', () => {
  expect(defineCatalogue({ operations: {}, formulas: {} }).hashes.size).toBe(0);
});

test('the calculator holds the operation and the formula of the paper', () => {
  expect(Object.keys(calculator.operations)).toContain('square');
  expect(Object.keys(calculator.formulas)).toContain('hypotenuse');
});

test('the hash of a name that is not in the catalogue is a programmer’s error', () => {
  expect(() => hashOf(calculator, 'noSuchName')).toThrow(new TypeError('"noSuchName" is not in the catalogue'));
  expect(() => hashOf(calculator, 'toString')).toThrow(TypeError);
});

const operands = (count: number): OperandList => Array.from({ length: count }, (_, index) => [`x${index}`, Finite]);
const examples = (count: number): object => ({ operands: Array.from({ length: count }, () => 1), output: 1 });

test.each<[string, () => unknown, RegExp]>([
  ['a malformed name', withOperation({ name: 'Cube' }), /^operation "Cube": a name is/],
  ['a reserved operation', withOperation({ name: 'then' }), /^operation "then": the name is a reserved word/],
  ['a reserved formula', withFormula({ name: 'status' }), /^formula "status": the name is a reserved word/],
  [
    'a key that is not the name',
    () => defineCatalogue({ operations: { dice: cube }, formulas: {} }),
    /^operation "cube" is in the catalogue under the key "dice"/,
  ],
  [
    'one name twice',
    () => defineCatalogue({ operations: { cube }, formulas: { cube: formula({ ...untypedVolume(), name: 'cube' }) } }),
    /^"cube" names both an operation and a formula/,
  ],
  [
    'a formula among the operations',
    () => defineCatalogue({ operations: { volume: untyped(volume) }, formulas: {} }),
    /^"volume" is listed among the operations and is a formula/,
  ],
  [
    'an operation among the formulas',
    () => defineCatalogue({ operations: {}, formulas: { cube: untyped(cube) } }),
    /^"cube" is listed among the formulas and is an operation/,
  ],
  ['a schema that the wire cannot carry', withOperation({ input: z.date() }), /^operation "cube", input: not a value/],
  [
    'an example whose input does not fit',
    withOperation({ example: { input: '2', output: 8 } }),
    /^operation "cube", example input: Invalid input: expected number, received string/,
  ],
  [
    'an example whose output does not fit',
    withOperation({ example: { input: 2, output: Number.NaN } }),
    /^operation "cube", example output: Invalid input: expected number, received NaN/,
  ],
  [
    'an example whose operand does not fit',
    withFormula({ example: untyped({ operands: ['2'], output: 8 }) }),
    /^formula "volume", example operand edge: Invalid input/,
  ],
  [
    'an example with an operand too many',
    withFormula({ example: untyped({ operands: [2, 3], output: 8 }) }),
    /^formula "volume", example: 2 operands; the contract has 1/,
  ],
  [
    'an example whose result does not fit',
    withFormula({ example: untyped({ operands: [2], output: '8' }) }),
    /^formula "volume", example output: Invalid input/,
  ],
  [
    'no operands',
    withFormula({ operands: [], example: untyped(examples(0)) }),
    /^formula "volume" has 0 operands; 1 to 8 are possible/,
  ],
  [
    'nine operands',
    withFormula({ operands: operands(9), example: untyped(examples(9)) }),
    /^formula "volume" has 9 operands; 1 to 8 are possible/,
  ],
  [
    'an operand without a name',
    withFormula({ operands: [['', Finite]], example: untyped(examples(1)) }),
    /^formula "volume": "" is no name of an operand, which is a letter followed by/,
  ],
  [
    'an operand of two lines',
    withFormula({ operands: [['a\nb', Finite]], example: untyped(examples(1)) }),
    /^formula "volume": "a\\nb" is no name of an operand/,
  ],
  [
    'an operand named as every object’s prototype',
    withFormula({ operands: [['__proto__', Finite]], example: untyped(examples(1)) }),
    /^formula "volume": "__proto__" is no name of an operand/,
  ],
  [
    'an operand that documents would take for the output',
    withFormula({ operands: [['output', Finite]], example: untyped(examples(1)) }),
    /^formula "volume": an operand cannot be called output/,
  ],
  [
    'two operands of one name',
    withFormula({ operands: [...operands(1), ...operands(1)], example: untyped(examples(2)) }),
    /^formula "volume" has two operands of one name \(x0, x0\)/,
  ],
  ['version 0', withOperation({ version: 0 }), /^operation "cube": version 0 is not a whole number from 1/],
  ['half a version', withFormula({ version: 1.5 }), /^formula "volume": version 1.5 is not a whole number from 1/],
])('%s is refused with the contract’s name', (_what, define, message) => {
  expect(define).toThrow(TypeError);
  expect(define).toThrow(message);
});

test('a formula that lists an operation which its catalogue lacks is refused with the name of both', () => {
  const summed = formula({ ...untypedVolume(), name: 'summed', calls: [cube] });
  expect(() => defineCatalogue({ operations: { cube }, formulas: { summed } })).not.toThrow();
  expect(() => defineCatalogue({ operations: {}, formulas: { summed } })).toThrow(
    'formula "summed" calls the operation "cube", which is not in the catalogue',
  );
});

test('a formula can have eight operands', () => {
  expect(withFormula({ operands: operands(8), example: untyped(examples(8)) })).not.toThrow();
});

function untypedVolume(): Omit<typeof volume, 'name' | 'kind'> {
  const { description, version, operands: list, output, example: shown } = volume;
  return { description, version, operands: list, output, example: shown };
}

test('in a program without types, an entry that is not a contract is refused by its key', () => {
  const define = (operations: unknown, formulas: unknown) => () =>
    defineCatalogue({ operations, formulas } as Parameters<typeof defineCatalogue>[0]);
  expect(define({ cube: undefined }, {})).toThrow('"cube" is listed among the operations and is no contract');
  expect(define({}, { volume: null })).toThrow('"volume" is listed among the formulas and is no contract');
  expect(define({}, undefined)).toThrow('the catalogue has no object of formulas; it may be empty');
});
