import { describe, expect, test } from 'vitest';
import { check } from './check.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

/*
 * Faults that the simulation found, as scenarios. A seed would become another scenario with the next change of what is
 * drawn.
 */

/** Two brokers, everything started in its usual order. */
const usual = {
  mode: 'any',
  brokers: 2,
  delayMs: [0.05, 0.3],
  lateShare: 0.02,
  highWaterMark: 10_000,
  startsMs: [],
  fatalsMs: [],
} satisfies Partial<Scenario>;

const scenarios: Readonly<Record<string, Scenario>> = {
  /*
   * A calc-server that was silent for 200 ms got the request a third time, because it had less to do than the healthy
   * one.
   */
  'two of three calc-servers hang, and a request has a second': {
    ...usual,
    seed: 2,
    clients: 2,
    calcServers: 3,
    opServers: ['all', 'all'],
    perSecond: 60,
    faults: [
      { kind: 'hang', target: 2, other: 0, afterMs: 2_000, forMs: 5_000 },
      { kind: 'hang', target: 3, other: 0, afterMs: 0, forMs: 5_000 },
    ],
  },
  /*
   * The requests that calc-1 had sent to the primary arrived when the link healed, more than two seconds late, and ran
   * again.
   */
  'a cut holds requests back for seconds, which were answered through the other broker': {
    ...usual,
    seed: 2_147_220_812,
    clients: 1,
    calcServers: 1,
    opServers: ['1'],
    perSecond: 5,
    faults: [
      { kind: 'cut', target: 2, other: 0, afterMs: 57, forMs: 5_283 },
      { kind: 'stop', target: 1, other: 0, afterMs: 604, forMs: 57 },
      { kind: 'stop', target: 0, other: 0, afterMs: 455, forMs: 372 },
      { kind: 'hang', target: 1, other: 0, afterMs: 939, forMs: 375 },
    ],
  },
};

describe('regressions', () => {
  test.each(Object.entries(scenarios))('no promise is broken when %s', async (_name, scenario) => {
    expect(check(scenario, await simulate(scenario))).toEqual([]);
  });
});
