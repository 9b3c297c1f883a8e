import { expect, test } from 'vitest';
import { expectEchoed, setUpLargeValues } from './large-values.test-support.ts';

const timeoutMs = 200_000;

test('values of 1 MiB run once at servers whose links carry 2 Mbit/s, and small requests pass between their chunks', async () => {
  const { network, ask, settle, runs } = await setUpLargeValues({ delayMs: [0.5, 1], bitsPerSecond: 2_000_000 });
  // 8.4 million bits take 4.2 s in each direction of a link.
  const large = [1_048_576, 1_048_575].map((bytes) => ask(bytes, timeoutMs));
  let small = 0;
  while (network.nowMs() < timeoutMs && large.some(({ outcome }) => outcome === undefined)) {
    const asked = ask(10);
    await settle([asked], 30_000);
    expectEchoed(asked);
    small += 1;
  }
  for (const asked of large) expectEchoed(asked);
  expect(network.nowMs()).toBeGreaterThan(4 * 4_200);
  expect(small).toBeGreaterThanOrEqual(2);
  expect(runs).toHaveLength(2 * (large.length + small));
});
