import type { CrowdKind } from './crowd-process.ts';
import { joinCrowd } from './crowd-process.ts';
import type { Suite } from './suite.ts';
import { using } from './suite.ts';
import type { Run } from './system.ts';
import { measure } from './system.ts';

/* Measures whether a load is slowed by participants that send nothing, or that share the load. */

const inFlight = 64;

/** `own` participants of the same kind exist before: the op-servers of every system here. */
function besides(kind: CrowdKind, suite: string, sizes: readonly number[], own: number): Suite {
  return ({ round, ms, warmMs, tell }) =>
    using({}, warmMs, async (system) => {
      const run = (load: string): Run => {
        return { suite, load, round, each: { type: 'closed', inFlight, warmMs: ms / 4, ms } };
      };
      let there = 0;
      const crowds = [];
      try {
        for (const size of sizes) {
          crowds.push(...(await joinCrowd(system.brokers, kind, size - there)));
          there = size;
          const processes = [...system.processes, ...crowds.map(({ pid }) => ({ role: `crowd of ${kind}`, pid }))];
          tell(
            await measure({ ...system, processes }, run(`${(size + own).toLocaleString('en')}, ${inFlight} in flight`)),
          );
        }
      } finally {
        await Promise.all(crowds.map((crowd) => crowd.leave()));
      }
    });
}

export const crowdSuites: Readonly<Record<string, Suite>> = {
  idle: besides('clients', 'idle clients', [0, 1, 100, 1_000], 0),
  growth: besides('servers', 'op-servers', [0, 18, 198], 2),
};
