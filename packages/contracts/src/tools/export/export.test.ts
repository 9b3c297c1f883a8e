import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { calculator } from '../../calculator/calculator.ts';
import { defineCatalogue } from '../../catalogue/catalogue.ts';
import { accepts } from '../evolution/value-acceptance.ts';
import type { Schema } from '../evolution/schema-view.ts';
import { exposed } from '../../catalogue/exposed.ts';
import { failureTable } from '../../messages/failures.ts';
import { Finite } from '../../catalogue/finite.ts';
import { formula } from '../../catalogue/formula.ts';
import { operation } from '../../catalogue/operation.ts';
import { topicShape } from '../../topics/topic-table.ts';
import { asyncApiOf } from './asyncapi.ts';
import { channelsOf } from './channels.ts';
import { contractSetOf } from './contract-set.ts';
import { jsonSchemasOf } from './json-schemas.ts';
import { layouts } from './message-schemas.ts';
import { referenceOf } from './reference-page.ts';

const Tree = z.object({
  value: Finite,
  get children() {
    return z.array(Tree);
  },
});
const sum = operation({
  name: 'sum',
  description: 'The sum of a tree | of numbers.',
  input: Tree,
  output: Finite,
  example: { input: { value: 1, children: [] }, output: 1 },
});
const forest = defineCatalogue({ operations: { sum }, formulas: {} });

/** One definition of a document, to which the document's references point. */
function definition(document: Schema | undefined, name: string) {
  const $defs = (document as { readonly $defs: Readonly<Record<string, Schema>> }).$defs;
  return { schema: $defs[name] ?? false, root: document ?? false };
}

test('every channel is a topic of the protocol when its parameters are filled in', () => {
  const values = { n: '1', lane: '8', epoch: '7', address: 'k3f0q9x2m1zd' } as const;
  for (const { topic, parameters } of channelsOf(calculator)) {
    const filled = topic.replace(/\{(\w+)\}/g, (_all, name: keyof typeof values) => values[name]);
    expect(topicShape(filled), topic).toBeDefined();
    expect(Object.keys(parameters).map((name) => `{${name}}`)).toEqual(topic.match(/\{\w+\}/g));
  }
});

describe('the bare JSON Schemas', () => {
  test('the plain JSON Schemas are one document for each contract and one for the messages', () => {
    const names = [...Object.keys(calculator.operations), ...Object.keys(calculator.formulas), 'protocol-messages'];
    expect(Object.keys(jsonSchemasOf(calculator)).toSorted()).toEqual(names.toSorted());
  });

  test('the plain JSON Schemas accept the contracts’ examples', () => {
    const schemas = jsonSchemasOf(calculator);
    const { hypotenuse } = calculator.formulas;
    for (const [index, [name]] of hypotenuse.operands.entries()) {
      expect(accepts(definition(schemas.hypotenuse, name), hypotenuse.example.operands[index])).toBe(true);
    }
    expect(accepts(definition(schemas.multiply, 'input'), [6, 7])).toBe(true);
    expect(accepts(definition(schemas.multiply, 'input'), [6, 7, 8])).toBe(false);
  });

  test('references of recursive values keep their targets in the plain JSON Schemas', () => {
    const input = definition(jsonSchemasOf(forest).sum, 'input');
    const leaf = { value: 1, children: [] };
    expect(accepts(input, { value: 1, children: [leaf, leaf] })).toBe(true);
    expect(accepts(input, { value: 1, children: [{ value: 'x', children: [] }] })).toBe(false);
  });

  test('the plain JSON Schemas accept every message as it is written', () => {
    const messages = jsonSchemasOf(calculator)['protocol-messages'];
    const operand = { seq: 1, formula: 'leg', contract: 2, operands: 2, value: 5, ttlMs: 100 };
    for (const message of [operand, { ...operand, trace: 'abc' }]) {
      expect(accepts(definition(messages, 'operand'), layouts.operand.write(message))).toBe(true);
    }
    expect(accepts(definition(messages, 'operand'), layouts.operand.write({ ...operand, operands: 9 }))).toBe(false);
    expect(accepts(definition(messages, 'batch'), ['k3f0q9x2m1zd', 1, [[1]]])).toBe(true);
    expect(accepts(definition(messages, 'batch'), ['k3f0q9x2m1zd', 9, [[1]], [3, 7]])).toBe(true);
    expect(accepts(definition(messages, 'batch'), ['k3f0q9x2m1zd', 9, [[1]], [0]])).toBe(false);
  });
});

describe('the reference', () => {
  test('the reference lists every formula, operation, topic, message and failure', () => {
    const text = referenceOf(calculator, '# Reference');
    const names = [...Object.keys(calculator.formulas), ...Object.keys(calculator.operations)];
    for (const name of names) expect(text).toContain(`\n### ${name}\n`);
    for (const { topic } of channelsOf(calculator)) expect(text).toContain(`| \`${topic}\` |`);
    for (const name of Object.keys(layouts)) expect(text).toContain(`| ${name} | \``);
    for (const code of Object.keys(failureTable)) expect(text).toContain(`| \`${code}\` |`);
  });

  test('the reference shows the work policy of each operation', () => {
    const limited = { ...sum, work: { maxMs: 50, fallback: 'never', lanes: 'any' } } as const;
    const catalogue = defineCatalogue({ operations: { sum: limited }, formulas: {} });
    expect(referenceOf(catalogue, '# Own')).toContain('\nWork: at most 50 ms · fallback `never` · lanes `any`\n');
    const usual = 'Work: no limit but the deadline · fallback `late` · lanes `fixed`';
    expect(referenceOf(calculator, '# Reference')).toContain(usual);
  });

  test('the reference of another catalogue is about that catalogue, and no text breaks its tables', () => {
    const either = { ...sum, input: z.string().regex(/a|b/), example: { input: 'a', output: 1 } };
    const text = referenceOf(defineCatalogue({ operations: { sum: either }, formulas: {} }), '# Own');
    expect(text).toMatch(/^# Own\n/);
    expect(text).toContain('"pattern":"a\\|b"');
    expect(text).not.toContain('hypotenuse');
  });
});

test('the reference and the AsyncAPI document have the operations that a formula may call, if its contract lists them', () => {
  const shape = {
    description: 'A number.',
    operands: [['tree', Tree]] as const,
    output: Finite,
    example: { operands: [{ value: 1, children: [] }] as [{ value: number; children: [] }], output: 1 },
  };
  const formulas = {
    listed: formula({ name: 'listed', ...shape, calls: [sum] }),
    free: formula({ name: 'free', ...shape }),
  };
  const catalogue = defineCatalogue({ operations: { sum }, formulas });
  const reference = referenceOf(catalogue, '# Reference');
  expect(reference.match(/^Calls: .*$/gm)).toEqual(['Calls: `sum`']);
  const { operations } = asyncApiOf(catalogue, { title: 'Forest', version: '1' }) as {
    operations: Readonly<Record<string, { 'x-cateto-calls'?: unknown }>>;
  };
  const calls = ['listed.ask', 'listed.answer', 'free.ask'].map((name) => operations[name]?.['x-cateto-calls']);
  expect(calls).toEqual([['sum'], ['sum'], undefined]);
});

test('the AsyncAPI document has the work policy of an operation on both sides of the conversation', () => {
  const { operations } = asyncApiOf(calculator, { title: 'Cateto', version: '0.0.0' });
  const work = { fallback: 'late', lanes: 'fixed' };
  for (const side of ['square.ask', 'square.answer']) {
    expect(operations).toHaveProperty([side, 'x-cateto-work'], work);
  }
  expect(operations).not.toHaveProperty(['hypotenuse.ask', 'x-cateto-work']);
});

describe('an exposed operation', () => {
  const { square } = calculator.operations;
  const catalogue = defineCatalogue({
    operations: { square },
    formulas: { square: exposed(square, { operand: 'side' }) },
  });

  test('an exposed operation shares the JSON Schema of its operation', () => {
    expect(Object.keys(jsonSchemasOf(catalogue))).toEqual(['square', 'protocol-messages']);
    expect(jsonSchemasOf(catalogue).square).toMatchObject({ title: 'operation square' });
  });

  test('an exposed operation has a line in the reference, beside the section of its operation', () => {
    const page = referenceOf(catalogue, '# Reference');
    expect(page).toContain('Clients also call these operations, by the same name: `square(side)`.');
    expect(page.match(/^### square$/gm)).toHaveLength(1);
  });

  test('an exposed operation has a channel and a conversation of its own in the AsyncAPI document', () => {
    const document = asyncApiOf(catalogue, { title: 'Own', version: '1.0.0' }) as {
      readonly channels: Readonly<Record<string, { readonly address: string }>>;
      readonly operations: Readonly<Record<string, unknown>>;
      readonly info: object;
    };
    expect(document.channels['square.result']?.address).toBe('calc.square.result.{lane}.{address}');
    expect(document.channels['square.exposed.result']?.address).toBe('calc.square.result.{address}');
    expect(Object.keys(document.operations)).toEqual(expect.arrayContaining(['square.ask', 'square.exposed.ask']));
    expect(document.info).not.toHaveProperty('license');
  });

  test('the stored contracts of a release have an exposed operation among the formulas too', () => {
    expect(contractSetOf(catalogue).formulas.square?.operands).toEqual([
      { name: 'side', schema: expect.objectContaining({ type: 'number' }) as unknown },
    ]);
  });
});
