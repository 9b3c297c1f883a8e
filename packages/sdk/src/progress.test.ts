import type { HandlerContext } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { CallOptions } from './call.ts';
import { slowCatalogue } from './slow.test-support.ts';
import { simulate } from './testing/simulate.ts';

/* The progress of a computation, from handlers to callers. */

const { catalogue, formulas } = slowCatalogue();

/** A handler of 0 ends at once. Other handlers keep their context and end when the test says so. */
async function system({ fallback = false } = {}) {
  const network = simulate({ brokers: 1 });
  const running = new Map<number, { readonly context: HandlerContext; readonly end: () => void }>();
  const handler = (input: number, context: HandlerContext): number | Promise<number> => {
    if (input === 0) return 0;
    return new Promise((resolve) => void running.set(input, { context, end: () => resolve(input) }));
  };
  const shared = { catalogue, handlers: { slow: handler } };
  const op = network.serve({ ...shared, host: 'op', operations: fallback ? [] : ['slow'] });
  const calc = network.serve({ ...shared, host: 'calc', formulas, operations: [] });
  await Promise.all([op.ready, calc.ready]);
  await network.pass(500);
  const client = network.connect({ catalogue });
  const heard: number[] = [];
  const ask = (a: number, b: number) => client.both(a, b, { onProgress: (share) => void heard.push(share) });
  return { network, running, client, heard, ask };
}

test.each([
  ['an op-server', false],
  ['a calc-server that computes the call itself', true],
])('the caller gets the mean progress of its calls from the handlers of %s', async (_where, fallback) => {
  const { network, running, heard, ask } = await system({ fallback });
  const asked = ask(1, 2);
  await network.pass(1_000);
  running.get(1)?.context.progress(0.5);
  await network.pass(1_100);
  expect(heard).toEqual([0.25]);
  running.get(2)?.context.progress(1);
  await network.pass(1_100);
  expect(heard.at(-1)).toBe(0.75);
  for (const { end } of running.values()) end();
  expect((await asked).value).toBe(3);
});

test('a computed call counts as 1 in the progress', async () => {
  const { network, running, heard, ask } = await system();
  const asked = ask(0, 2);
  await network.pass(1_500);
  expect(heard).toEqual([0.5]);
  running.get(2)?.end();
  await asked;
});

test('a handler may report progress a million times, and its caller gets at most two reports a second', async () => {
  const { network, running, heard, ask } = await system();
  const asked = ask(1, 2);
  await network.pass(1_000);
  heard.length = 0;
  for (let tenth = 1; tenth <= 20; tenth += 1) {
    for (let nth = 0; nth < 1_000; nth += 1) running.get(1)?.context.progress((tenth + nth / 1_000) / 21);
    await network.pass(100);
  }
  expect(heard.length).toBeGreaterThanOrEqual(2);
  expect(heard.length).toBeLessThanOrEqual(5);
  for (const { end } of running.values()) end();
  await asked;
});

test.each([-0.1, 1.1, Number.NaN, '0.5', undefined])('a progress of %j is ignored', async (share) => {
  const { network, running, heard, ask } = await system();
  const asked = ask(1, 2);
  await network.pass(1_000);
  running.get(1)?.context.progress(share as number);
  await network.pass(1_100);
  expect(heard).toEqual([]);
  for (const { end } of running.values()) end();
  await asked;
});

test('an onProgress that is not a function is refused before anything is sent', async () => {
  const { client } = await system();
  const options = { onProgress: 'tell me' } as unknown as CallOptions;
  await expect(client.both(1, 2, options)).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('onProgress is not a function'),
  });
});
