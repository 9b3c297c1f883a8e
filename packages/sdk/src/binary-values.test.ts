import {
  Bytes,
  call,
  defineCatalogue,
  Doubles,
  exposed,
  formula,
  formulaCode,
  map,
  operation,
} from '@cateto/contracts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { assertDeterministic } from './testing/assert-deterministic.ts';
import { simulate } from './testing/simulate.ts';

const Samples = Doubles({ max: 10_000 });

const movingAverage = operation({
  name: 'movingAverage',
  description: 'The mean of each three numbers in a row.',
  input: Samples,
  output: Samples,
  example: { input: Float64Array.of(1, 2, 6, 4), output: Float64Array.of(3, 4) },
});
const checksum = operation({
  name: 'checksum',
  description: 'The sum of bytes, as bytes.',
  input: z.object({ file: Bytes({ max: 1_000_000 }), digits: z.int().min(1).max(4) }),
  output: Bytes({ max: 4 }),
  example: { input: { file: Uint8Array.of(1, 2), digits: 2 }, output: Uint8Array.of(0, 3) },
});
const smooth = formula({
  name: 'smooth',
  description: 'The moving averages of several series.',
  operands: [['series', z.array(Samples)]],
  output: z.array(Samples),
  example: { operands: [[Float64Array.of(1, 2, 6)]], output: [Float64Array.of(3)] },
});
const twice = formula({
  name: 'twice',
  description: 'The moving average of a moving average.',
  operands: [['samples', Samples]],
  output: Samples,
  example: { operands: [Float64Array.of(0, 0, 3, 6, 9)], output: Float64Array.of(10 / 3) },
});
const catalogue = defineCatalogue({
  operations: { movingAverage, checksum },
  formulas: { smooth, twice, checksum: exposed(checksum) },
});

function mean(samples: Float64Array): Float64Array {
  const means = Float64Array.from({ length: Math.max(0, samples.length - 2) }, (_, index) => {
    return samples.subarray(index, index + 3).reduce((sum, one) => sum + one) / 3;
  });
  // A handler may use the memory of its input.
  samples.fill(Number.NaN);
  return means;
}

const handlers = {
  movingAverage: mean,
  checksum: ({ file, digits }: { file: Uint8Array; digits: number }) => {
    const sum = file.reduce((total, byte) => total + byte, 0);
    return Uint8Array.from({ length: digits }, (_, index) => sum >> (8 * (digits - 1 - index)));
  },
};
const formulas = {
  smooth: formulaCode(smooth, function* ([series]) {
    return yield* map(movingAverage, series);
  }),
  twice: formulaCode(twice, function* ([samples]) {
    return yield* call(movingAverage, yield* call(movingAverage, samples));
  }),
};

test('bytes and doubles reach handlers and callers as bytes and doubles, through formulas too', async () => {
  const network = simulate();
  network.serve({ catalogue, handlers, formulas });
  const client = network.connect({ catalogue });
  const series = [Float64Array.of(1, 2, 6, 4), new Float64Array(0), new Float64Array(10_000).fill(0.5)];
  const answer = await client.smooth(series);
  expect(answer.value).toStrictEqual([Float64Array.of(3, 4), new Float64Array(0), new Float64Array(9_998).fill(0.5)]);
  expect(series[0]).toStrictEqual(Float64Array.of(1, 2, 6, 4));
  const file = Buffer.alloc(1_000_000, 1);
  expect((await client.checksum({ file, digits: 3 })).value).toStrictEqual(Uint8Array.of(0x0f, 0x42, 0x40));
});

test('binary values are the same when a calc-server computes the calls itself, and when a broker dies', async () => {
  const network = simulate();
  network.serve({ catalogue, handlers, formulas, host: 'calc' });
  const client = network.connect({ catalogue });
  await client.twice(Float64Array.of(0, 0, 3, 6, 9));
  const asked = client.twice(Float64Array.of(0, 0, 3, 6, 9));
  network.crash('broker');
  expect((await asked).value).toStrictEqual(Float64Array.of(10 / 3));
});

test('formulas of binary values are checked for determinism, with their examples', async () => {
  await expect(assertDeterministic({ catalogue, handlers, formulas })).resolves.toBeUndefined();
});

test('a value that does not fit is refused with its place, at the client and for a handler', async () => {
  const network = simulate();
  network.serve({ catalogue, handlers: { ...handlers, movingAverage: () => Float64Array.of(1 / 0) }, formulas });
  const client = network.connect({ catalogue });
  await expect(client.smooth([new Float64Array(10_001)])).rejects.toThrow(
    'smooth: operand series: 0: 10001 numbers; at most 10000 are accepted',
  );
  await expect(client.twice([1, 2] as never)).rejects.toMatchObject({ code: 'invalid-request' });
  await expect(client.twice(Float64Array.of(1))).rejects.toMatchObject({ code: 'internal' });
});
