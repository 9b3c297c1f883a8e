import { Bytes, defineCatalogue, Doubles, formula } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { runHere } from '../in-memory.test-support.ts';

const scaled = formula({
  name: 'scaled',
  description: 'The samples of a file, scaled.',
  operands: [
    ['file', Bytes({ max: 6 })],
    ['weights', z.object({ by: Doubles({ max: 3 }) })],
  ],
  output: Doubles({ max: 6 }),
  example: { operands: [Uint8Array.of(1), { by: Float64Array.of(2) }], output: Float64Array.of(2) },
});
const picture = formula({
  name: 'picture',
  description: 'A picture of a vector.',
  operands: [['vector', Doubles({ max: 3 })]],
  output: Bytes({ max: 6 }),
  example: { operands: [Float64Array.of(1, 2)], output: Uint8Array.of(1, 2) },
});
const catalogue = defineCatalogue({ operations: {}, formulas: { scaled, picture } });

test('bytes are arguments in base64, and vectors lists of numbers, also inside of JSON', async () => {
  const ran = await runHere(['scaled', 'AQI=', '{"by":[0.5,2]}'], { catalogue, answer: () => Float64Array.of(0.5, 4) });
  expect(ran).toMatchObject({ exitCode: 0, stdout: '[0.5,4]\n' });
  expect(ran.calls[0]?.operands).toStrictEqual([Uint8Array.of(1, 2), { by: Float64Array.of(0.5, 2) }]);
});

test('a formula command with --json prints bytes in base64, and vectors as lists of numbers', async () => {
  const { stdout } = await runHere(['picture', '[1,2]', '--json'], { catalogue, answer: () => Uint8Array.of(255) });
  expect(JSON.parse(stdout)).toMatchObject({ operands: [[1, 2]], value: '/w==' });
});

test.each([
  [['picture', '[1,"x"]'], 'picture: operand vector: expected a list of numbers\n'],
  [['picture', '[1,2,3,4]'], 'picture: operand vector: 4 numbers; at most 3 are accepted\n'],
  [['scaled', 'AQ', '{"by":[1]}'], 'scaled: operand file: the text is not base64\n'],
  [['scaled', 'AQ==', '{"by":1}'], 'scaled: operand weights: by: expected a list of numbers\n'],
])('arguments that do not fit a binary operand are refused with the reason: %j', async (args, text) => {
  const ran = await runHere(args, { catalogue });
  expect(ran).toMatchObject({ exitCode: 5, stdout: '', stderr: text, calls: [] });
});

test('a batch reads vectors from cells, and writes bytes in base64', async () => {
  const stdin = 'vector\n"[1,2]"\n"[1,]"\n';
  const ran = await runHere(['batch', '-', '--formula', 'picture'], {
    catalogue,
    stdin,
    answer: () => Buffer.from('abc'),
  });
  expect(ran.stdout.split('\n')).toEqual([
    'vector,value,error',
    '"[1,2]",YWJj,',
    expect.stringContaining('is not JSON'),
    '',
  ]);
});

test('the formulas are listed with their schemas and examples in the form of JSON', async () => {
  const { stdout } = await runHere(['formulas'], { catalogue });
  expect(stdout).toContain('picture(vector: list of number) → bytes in base64');
  expect(stdout).toContain(`picture '[1,2]' → AQI=`);
  expect(stdout).toContain(`scaled 'AQ==' '{"by":[2]}' → [2]`);
  const [first] = JSON.parse((await runHere(['formulas', '--json'], { catalogue })).stdout) as [{ example: unknown }];
  expect(first.example).toEqual({ operands: ['AQ==', { by: [2] }], output: [2] });
});
