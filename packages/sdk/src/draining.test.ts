import { expect, test } from 'vitest';
import { simulate } from './testing/simulate.ts';
import type { Service } from './service.ts';
import { catalogue, formulas } from './double.test-support.ts';

const askedCalls = 12;

/**
 * Op-servers with one slot each, a calc-server, a client with calls that take two seconds each, and the list of runs.
 */
async function setUp(hosts: readonly string[], drainMs: number, seed: number) {
  const network = simulate({ seed });
  const runs: { readonly host: string; readonly value: number }[] = [];
  const serveOn = (host: string): Service =>
    network.serve({
      catalogue,
      host,
      concurrency: 1,
      drainMs,
      handlers: {
        async double(value: number) {
          runs.push({ host, value });
          await network.pass(2_000);
          return 2 * value;
        },
      },
    });
  const services = hosts.map((host) => ({ host, service: serveOn(host) }));
  network.serve({ catalogue, formulas, handlers: { double: (value) => 2 * value }, operations: [] });
  const client = network.connect({ catalogue });
  await network.pass(500);
  const values = Array.from({ length: askedCalls }, (_, index) => index + 1);
  const asked = Promise.all(values.map((value) => client.twice(value, { timeoutMs: 120_000 })));
  await network.pass(2_500);
  return { network, services, serveOn, asked, runs, expected: values.map((value) => 2 * value) };
}

const seeds = [1, 2, 3, 4, 5];

test.each(seeds)(
  'a rolling restart computes nothing twice when running work ends within the drain time (seed %i)',
  async (seed) => {
    const { services, serveOn, asked, runs, expected } = await setUp(['a', 'b'], 5_000, seed);
    for (const { host, service } of services) {
      serveOn(`${host}, started anew`);
      await service.drain();
    }
    expect((await asked).map(({ value }) => value)).toEqual(expected);
    expect(runs).toHaveLength(askedCalls);
  },
);

test.each(seeds)(
  'a rolling restart repeats only work that was running at the end of a drain time (seed %i)',
  async (seed) => {
    const { services, serveOn, asked, runs, expected, network } = await setUp(['a', 'b'], 500, seed);
    for (const { host, service } of services) {
      serveOn(`${host}, started anew`);
      await service.drain();
      // The next server gets work before its turn to restart.
      await network.pass(300);
    }
    expect((await asked).map(({ value }) => value)).toEqual(expected);
    expect(runs.length).toBeLessThanOrEqual(askedCalls + services.length);
  },
);

test('a draining server begins no waiting request, and the other server runs it', async () => {
  const { services, asked, runs, expected, network } = await setUp(['a', 'b'], 20_000, 1);
  const begun = runs.filter(({ host }) => host === 'a').length;
  const startMs = network.nowMs();
  await services[0]?.service.drain();
  // The running work ends within two seconds.
  expect(network.nowMs() - startMs).toBeLessThan(2_500);
  expect((await asked).map(({ value }) => value)).toEqual(expected);
  expect(runs.filter(({ host }) => host === 'a')).toHaveLength(begun);
  expect(runs).toHaveLength(askedCalls);
});

test('an invalid drain time is refused, and the message names the option', () => {
  const handlers = { double: (value: number) => 2 * value };
  expect(() => simulate().serve({ catalogue, handlers, drainMs: -1 })).toThrow(/^drainMs: -1 is not above 0/);
});
