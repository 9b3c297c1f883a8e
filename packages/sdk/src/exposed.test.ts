import { defineCatalogue, defineSystem, exposed, failure, Finite, operation } from '@cateto/contracts';
import { expect, expectTypeOf, test } from 'vitest';
import { serve } from './serve.ts';
import { simulate } from './testing/index.ts';

/* Systems, and operations that clients call by name. */

const root = operation({
  name: 'root',
  description: 'The square root of a number.',
  input: Finite,
  output: Finite,
  example: { input: 9, output: 3 },
  work: { maxMs: 50, fallback: 'never' },
});
const catalogue = defineCatalogue({ operations: { root }, formulas: { root: exposed(root, { operand: 'x' }) } });
const system = defineSystem({
  catalogue,
  handlers: { root: (x) => (x < 0 ? failure('out-of-domain', `the root of ${x}`) : Math.sqrt(x)) },
  formulas: {},
});
const brokers = '127.0.0.1:1:2:3,127.0.0.1:4:5:6';

test('a client calls an exposed operation by its name, and gets its value or its failure', async () => {
  const network = simulate();
  network.serve(system);
  const client = network.connect({ catalogue });
  const { value, fallbacks } = await client.root(16);
  expectTypeOf(value).toEqualTypeOf<number>();
  expectTypeOf(client.root).parameter(0).toEqualTypeOf<number>();
  expect([value, fallbacks]).toEqual([4, []]);
  await expect(client.root(-1)).rejects.toMatchObject({ code: 'out-of-domain', message: 'the root of -1' });
  await expect(client.call('root', ['nine'])).rejects.toMatchObject({ code: 'invalid-request' });
});

test('the work policy of an exposed operation holds: no fallback, and a handler that runs too long fails', async () => {
  const network = simulate();
  const slow = { root: (x: number) => network.pass(60).then(() => x) };
  network.serve({ ...system, handlers: slow, host: 'server' });
  const client = network.connect({ catalogue, timeoutMs: 1_000 });
  await expect(client.root(4)).rejects.toMatchObject({ code: 'internal' });
  const alone = simulate();
  alone.serve({ ...system, operations: [], host: 'without-operations' });
  const waiting = alone.connect({ catalogue, timeoutMs: 1_000 });
  await expect(waiting.root(4)).rejects.toMatchObject({ code: 'no-listener' });
});

test('the status of a system with an exposed operation finds no contract that differs', async () => {
  const network = simulate();
  await network.serve(system).ready;
  const client = network.connect({ catalogue });
  await client.root(9);
  const { servers } = await client.status();
  expect(servers.map(({ role }) => role).toSorted()).toEqual(['calc-server', 'op-server']);
  expect(servers.flatMap(({ differing }) => differing)).toEqual([]);
  expect(servers.find(({ role }) => role === 'calc-server')?.serves).toEqual(['root']);
});

test('serve() takes a system whose code is loaded by functions', async () => {
  const loaded: string[] = [];
  const lazy = defineSystem({
    catalogue,
    handlers: async () => (loaded.push('handlers'), system.handlers),
    formulas: () => (loaded.push('formulas'), {}),
  });
  const service = await serve({ ...lazy, brokers });
  expect(loaded.toSorted()).toEqual(['formulas', 'handlers']);
  await service.close();
});

test('serve() rejects when a function loads handlers that lack one', async () => {
  const incomplete = () => Promise.resolve({}) as Promise<typeof system.handlers>;
  await expect(serve({ ...system, handlers: incomplete, brokers })).rejects.toThrow('no handler for operation "root"');
});
