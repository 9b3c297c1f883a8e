import type { Scenario } from './scenario.ts';

/**
 * Calc-servers stand still for three seconds, one after the other, longer than the lease of the servers that compute for them
 * meanwhile: they find out that their own timers are late, and nothing that has been sent moves.
 */
export const pausedRequesters: Scenario = {
  mode: 'work',
  seed: 1,
  brokers: 2,
  clients: 2,
  calcServers: 2,
  opServers: ['all', 'all', 'all'],
  perSecond: 3,
  delayMs: [0.05, 0.3],
  highWaterMark: 10_000,
  startsMs: [],
  fatalsMs: [],
  // The calc-servers stand behind the two brokers.
  faults: [2, 3, 2, 3].map((target) => ({ kind: 'stop', target, other: 0, afterMs: 1_500, forMs: 3_000 })),
  work: { seed: 1, evenMs: 4_000, blockingShare: 0, slots: [16], bursts: [], timeoutMs: 60_000 },
};
