import type { Scenario } from './scenario.ts';

/** The indices of the processes that stand still, in the order of the scenario. */
export const paused = { 'calc-servers': [1, 2], 'the broker': [0, 0] } as const;

/**
 * Processes stand still for three seconds, one after the other. Two bursts of requests wait meanwhile for the slots of
 * op-servers, for less than half of their time. Everything that was sent during a standstill is sent on together when it
 * is over, and so its computations run together and are answered together.
 */
export function pausedScenario(who: keyof typeof paused, seed: number): Scenario {
  const bursts = [0, 1].map((client) => ({ client, atMs: 1_000, many: 40 }));
  return {
    mode: 'work',
    seed,
    brokers: 1,
    clients: 2,
    calcServers: 2,
    opServers: ['all', 'all', 'all'],
    perSecond: 3,
    delayMs: [0.05, 0.3],
    lateShare: 0.02,
    highWaterMark: 10_000,
    startsMs: [],
    fatalsMs: [],
    faults: paused[who].map((target, index) => {
      return { kind: 'stop', target, other: 0, afterMs: index === 0 ? 1_500 : 500, forMs: 3_000 };
    }),
    work: { seed, evenMs: 4_000, blockingShare: 0, slots: [16], bursts, timeoutMs: 60_000 },
  };
}
