import { connect, RequestError } from '@cateto/sdk';
import type { Point } from './catalogue.js';
import { catalogue } from './catalogue.js';

await using client = await connect({ catalogue });
const home: Point = { x: 1, y: 2 };
const { value, fallbacks } = await client.blocks(home, { x: -3, y: 5 });
console.log({ value: value.toFixed(0), fallbacks });

const { value: means } = await client.movingAverage(Float64Array.of(1, 2, 6, 4));
console.log({ means: means.join(' ') });

try {
  // @ts-expect-error -- a corner has two coordinates; without a compiler, the contract refuses it before it is sent
  await client.blocks(home, { x: 1 });
} catch (error) {
  if (!(error instanceof RequestError)) throw error;
  console.log({ code: error.code });
}
