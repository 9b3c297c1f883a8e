import { Bytes, defineCatalogue, Doubles, formula } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { callFromPage } from './calls.ts';
import { catalogueInJson } from './catalogue.ts';

const smooth = formula({
  name: 'smooth',
  description: 'A vector, smoothed by a kernel.',
  operands: [
    ['vector', Doubles({ max: 4 })],
    ['kernel', Bytes({ max: 4 })],
  ],
  output: Doubles({ max: 4 }),
  example: { operands: [Float64Array.of(1, 2), Uint8Array.of(1)], output: Float64Array.of(1.5) },
});
const catalogue = defineCatalogue({ operations: {}, formulas: { smooth } });

test('bytes and vectors come from the page in the form of JSON, and so do examples to the page', async () => {
  const calls: unknown[] = [];
  const call = async (_name: string, operands: readonly unknown[]) => {
    calls.push(operands);
    return { id: 'k3f0q9x2m1zd-1', value: 1, elapsedMs: 1, fallbacks: [], fallbackCount: undefined };
  };
  await callFromPage({ call }, catalogue, { formula: 'smooth', operands: [[1, 2.5], 'AQI='] });
  await callFromPage({ call }, catalogue, { formula: 'smooth', operands: [['x'], 'AQI='] });
  expect(calls).toStrictEqual([
    [Float64Array.of(1, 2.5), Uint8Array.of(1, 2)],
    [['x'], Uint8Array.of(1, 2)],
  ]);
  expect(catalogueInJson(catalogue)).toMatchObject({
    formulas: [{ example: { operands: [[1, 2], 'AQ=='], output: [1.5] } }],
  });
});
