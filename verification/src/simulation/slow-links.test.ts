import { expect, test } from 'vitest';
import { expectEchoed, setUpLargeValues } from './large-values.test-support.ts';

/* Links that are not a local network: the whole system in virtual time. `tests/src/e2e/slow-links.long.ts` has real ones. */

const slowBitsPerSecond = 2_000_000;
/** A way of 250 ms is a round trip of 500 ms. Packets that take ten times as long would be a cut. */
const far = { delayMs: [250, 251], lateShare: 0 } as const;
const near = {};
/** Travels in one piece. */
const small = 20_000;
const mebibyte = 1_048_576;

test.for([
  { path: far, bitsPerSecond: undefined },
  { path: near, bitsPerSecond: slowBitsPerSecond },
  { path: far, bitsPerSecond: slowBitsPerSecond },
])('servers behind %o run each of many values at once one time', async ({ path, bitsPerSecond }) => {
  for (let seed = 1; seed <= 3; seed += 1) {
    const { network, ask, runs, settle } = await setUpLargeValues({ seed, ...path });
    if (bitsPerSecond !== undefined) for (const host of ['calc-1', 'op-1']) network.slow(host, bitsPerSecond);
    await network.runTo(8_000);
    for (const count of [8, 64]) {
      runs.length = 0;
      const all = Array.from({ length: count }, () => ask(small));
      await settle(all, 30_000);
      for (const asked of all) expectEchoed(asked);
      expect(runs.toSorted(), `seed ${seed}`).toEqual(['calc-1', 'op-1'].flatMap((name) => Array(count).fill(name)));
    }
  }
});

test.for([near, far])(
  'a value of 1 MiB crosses links of 2 Mbit/s with %o once, though the broker dies in the middle',
  async (path) => {
    const { network, ask, runs, brokers, settle } = await setUpLargeValues({ seed: 7, ...path });
    for (const host of ['calc-1', 'op-1']) network.slow(host, slowBitsPerSecond);
    await network.runTo(8_000);
    const asked = ask(mebibyte, 120_000);
    // The value takes 4.2 s to the calc-server.
    await network.runTo(10_500);
    brokers[0].process.kill();
    await settle([asked], 60_000);
    expectEchoed(asked);
    expect(runs).toEqual(['calc-1', 'op-1']);
  },
);

test('small requests pass between the chunks of values of 1 MiB on links of 2 Mbit/s', async () => {
  const { network, ask, settle, runs } = await setUpLargeValues({ delayMs: [0.5, 1] });
  for (const host of ['calc-1', 'op-1']) network.slow(host, slowBitsPerSecond);
  const timeoutMs = 200_000;
  // 8.4 million bits take 4.2 s in each direction of a link.
  const large = [mebibyte, mebibyte - 1].map((bytes) => ask(bytes, timeoutMs));
  let between = 0;
  while (network.nowMs() < timeoutMs && large.some(({ outcome }) => outcome === undefined)) {
    const asked = ask(10);
    await settle([asked], 30_000);
    expectEchoed(asked);
    between += 1;
  }
  for (const asked of large) expectEchoed(asked);
  expect(network.nowMs()).toBeGreaterThan(4 * 4_200);
  expect(between).toBeGreaterThanOrEqual(2);
  expect(runs).toHaveLength(2 * (large.length + between));
});
