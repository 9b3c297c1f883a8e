import type { Suite } from './suite.ts';
import { using } from './suite.ts';
import { measure } from './system.ts';

/* The same load on a system without keys, and on one whose processes all have keys. */

const loads = [16, 256];

/** Measures both kinds of systems in each round, so that the rest of the machine is the same for both. */
export const keys: Suite = async ({ round, ms, warmMs, tell }) => {
  const rates = new Map<number, number>();
  for (const withKeys of [false, true]) {
    await using({ keys: withKeys }, warmMs, async (system) => {
      for (const inFlight of loads) {
        const each = { type: 'closed', inFlight, warmMs: 0, ms } as const;
        const load = `${inFlight} in flight, ${withKeys ? 'with' : 'without'} keys`;
        const measured = await measure(system, { suite: 'keys', load, round, each });
        tell(measured);
        if (!withKeys) rates.set(inFlight, measured.perSecond);
        else process.stderr.write(`keys, ${inFlight} in flight: ${share(measured.perSecond, rates.get(inFlight))}\n`);
      }
    });
  }
};

function share(perSecond: number, without = 0): string {
  return `${(perSecond / without).toFixed(2)} of the rate without keys`;
}
