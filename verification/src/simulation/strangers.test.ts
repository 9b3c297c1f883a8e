import { expect, test } from 'vitest';
import { checkStrangers } from './strangers.test-support.ts';

const seeds = 6;

test.each([
  ['near', { delayMs: [0.05, 0.3], calcServers: 2, blockedMs: 1_000 }],
  ['near', { delayMs: [0.05, 0.3], calcServers: 3, blockedMs: 3_000 }],
  ['far', { delayMs: [25, 30], calcServers: 2, blockedMs: 1_000 }],
  ['far', { delayMs: [25, 30], calcServers: 3, blockedMs: 3_000 }],
] as const)(
  'without a fault no computation runs twice because its request is the first one to a blocked server: %s, %j',
  { timeout: 600_000 },
  async (_where, options) => {
    for (let seed = 1; seed <= seeds; seed += 1)
      expect(await checkStrangers(seed, options), `seed ${seed}`).toEqual([]);
  },
);
