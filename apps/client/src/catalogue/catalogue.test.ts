import { calculator, Finite } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { runHere } from '../in-memory.test-support.ts';
import { schemaText } from './schema-text.ts';

describe('formulas', () => {
  test('formulas lists each formula with operands, description and example, without a broker', async () => {
    const { exitCode, stdout, connected } = await runHere(['formulas']);
    expect(exitCode).toBe(0);
    expect(connected).toEqual([]);
    expect(stdout).toContain(
      [
        'hypotenuse(a: number, b: number) → number',
        '  The hypotenuse of a right triangle with legs a and b.',
        '  hypotenuse 12 13 → 17.69180601295413',
        '',
      ].join('\n'),
    );
  });

  test('formulas --json has a JSON Schema of everything, on one line', async () => {
    const { stdout } = await runHere(['formulas', '--json']);
    expect(stdout.match(/\n/g)).toHaveLength(1);
    const all = JSON.parse(stdout) as { name: string }[];
    expect(all.map(({ name }) => name)).toEqual(Object.keys(calculator.formulas));
    expect(all).toContainEqual({
      name: 'leg',
      description: calculator.formulas.leg.description,
      version: 1,
      contract: calculator.hashes.get('leg'),
      operands: [
        { name: 'c', schema: expect.objectContaining({ type: 'number' }) as unknown },
        { name: 'a', schema: expect.objectContaining({ type: 'number' }) as unknown },
      ],
      output: expect.objectContaining({ type: 'number' }) as unknown,
      example: { operands: [5, 3], output: 4 },
    });
  });
});

describe('operations', () => {
  test('operations lists each operation with input, output and example', async () => {
    const { exitCode, stdout } = await runHere(['operations']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('multiply: [number, number] → number\n');
    expect(stdout).toContain('  12 → 144\n');
  });

  test('operations --json has the JSON Schemas and the work policy of each operation', async () => {
    const { stdout } = await runHere(['operations', '--json']);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({
        name: 'square',
        contract: 1358948392,
        work: { fallback: 'late', lanes: 'fixed' },
        input: expect.objectContaining({ type: 'number' }) as unknown,
      }),
    );
  });
});

test.each([
  [Finite, 'number'],
  [Finite.array(), 'list of number'],
  [Finite.or(Finite.array()), 'number | list of number'],
  [Finite.nullable(), 'number | null'],
])('the text of a schema shows the values that it accepts (%#)', (schema, text) => {
  expect(schemaText(schema)).toBe(text);
});
