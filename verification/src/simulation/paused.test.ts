import { expect, test } from 'vitest';
import { check } from './check.ts';
import { paused, pausedScenario } from './paused.test-support.ts';
import { simulate } from './simulate.ts';

/** Calc-servers, which have estimates and leases of their own, are tried more often. */
const seeds = { 'calc-servers': 10, 'the broker': 3 } as const;

test.each(['calc-servers', 'the broker'] as const)(
  'no request fails and no computation is repeated because %s stood still for three seconds',
  { timeout: 600_000 },
  async (who) => {
    for (let seed = 1; seed <= seeds[who]; seed += 1) {
      const scenario = pausedScenario(who, seed);
      const history = await simulate(scenario);
      expect(check(scenario, history), `seed ${seed}`).toEqual([]);
      expect(history.faults.filter(({ kind }) => kind === 'stop')).toHaveLength(paused[who].length);
    }
  },
);
