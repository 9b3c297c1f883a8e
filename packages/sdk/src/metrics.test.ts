import {
  call,
  defineCatalogue,
  durationBoundsMs,
  failure,
  Finite,
  formula,
  formulaCode,
  operation,
} from '@cateto/contracts';
import { expect, test } from 'vitest';
import { simulate } from './testing/simulate.ts';

/* The numbers of clients and services, on a network in virtual time. */

const square = operation({
  name: 'square',
  description: 'The square of a number.',
  input: Finite,
  output: Finite,
  example: { input: 3, output: 9 },
});
const quadratic = formula({
  name: 'quadratic',
  description: 'The square of a number of at least zero.',
  operands: [['a', Finite]],
  output: Finite,
  example: { operands: [3], output: 9 },
});
const catalogue = defineCatalogue({ operations: { square }, formulas: { quadratic } });
const formulas = {
  quadratic: formulaCode(quadratic, {
    plan: ([a]) => (a < 0 ? failure('out-of-domain', 'below zero') : [call(square, a)]),
    combine: ([result]) => result,
  }),
};
const code = { catalogue, handlers: { square: (a: number) => a * a }, formulas };

async function system(brokers: 1 | 2 = 1) {
  const network = simulate({ brokers });
  const service = network.serve({ ...code, host: 'server' });
  const client = network.connect({ catalogue });
  await service.ready;
  return { network, service, client };
}

test('a client counts its calls by formula and outcome, with their durations', async () => {
  const { client } = await system();
  const { elapsedMs } = await client.quadratic(3);
  await client.quadratic(5);
  await expect(client.quadratic(-1)).rejects.toThrow();
  const { calls, inFlight, held, sent, retries } = client.metrics();
  expect(calls.map(({ method, error }) => [method, error])).toEqual([
    ['quadratic', undefined],
    ['quadratic', 'out-of-domain'],
  ]);
  const [succeeded] = calls;
  expect(succeeded?.durations.counts).toHaveLength(durationBoundsMs.length + 1);
  expect(succeeded?.durations.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(succeeded?.durations.sumMs).toBeGreaterThanOrEqual(elapsedMs - 0.1);
  expect({ inFlight, held, sent }).toEqual({ inFlight: 0, held: 0, sent: 3 });
  expect(Object.values(retries)).toEqual([0, 0, 0, 0, 0]);
});

test('a call counts as held while no server listens, and as in flight while a server has it', async () => {
  const network = simulate({ brokers: 1 });
  const client = network.connect({ catalogue });
  const asked = client.quadratic(3);
  await network.pass(100);
  expect(client.metrics()).toMatchObject({ inFlight: 0, held: 1, sent: 0 });
  network.serve({ ...code, host: 'server' });
  await asked;
  expect(client.metrics()).toMatchObject({ inFlight: 0, held: 0, sent: 1 });
});

test('a call that is sent again because its server ended is a retry', async () => {
  const { network, client } = await system();
  network.stop('server');
  const asked = client.quadratic(3);
  const second = network.serve({ ...code, host: 'second' });
  await second.ready;
  network.crash('server');
  await asked;
  const { retries } = client.metrics();
  expect(Object.values(retries).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
});

test('a service tells the numbers of its operations and of its formulas', async () => {
  const { service, client } = await system();
  await client.quadratic(3);
  const [operations, formulaServer] = service.metrics();
  expect([operations?.role, formulaServer?.role]).toEqual(['op-server', 'calc-server']);
  expect(operations?.calls.map(({ method }) => method)).toEqual(['square']);
  expect(formulaServer?.calls.map(({ method }) => method)).toEqual(['quadratic']);
  expect(formulaServer?.operations?.calls.map(({ method }) => method)).toEqual(['square']);
  expect(formulaServer?.operations?.laneListeners).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1 });
  const [total, queueing, handling] = [formulaServer?.calls, formulaServer?.queueing, formulaServer?.handling].map(
    (list) => list?.[0]?.durations.sumMs ?? Number.NaN,
  );
  expect((queueing ?? 0) + (handling ?? 0)).toBeCloseTo(total ?? 0, 2);
});

test('a service that has lost all brokers says so', async () => {
  const { network, service } = await system();
  expect(service.notReady()).toBeUndefined();
  network.crash('broker');
  await network.pass(100);
  expect(service.notReady()).toBe('no active broker is reached');
  await service.close();
  expect(service.notReady()).toBe('the server drains');
});
