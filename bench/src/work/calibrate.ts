import { spin } from './handlers.ts';

/** About 3 ms: on a busy machine most probes are interrupted, but not all. */
const probeRounds = 1_000_000;
const probes = 100;

/**
 * How many rounds of `spin` take a millisecond of an otherwise idle processor. A fixed number of rounds is the same
 * work on a busy machine too; a handler that spins until a time has passed would do less work there.
 */
export function roundsPerMs(spinning: (rounds: number) => number = spin, now = () => performance.now()): number {
  let leastMs = Infinity;
  for (let probe = 0; probe < probes; probe += 1) {
    const startMs = now();
    spinning(probeRounds);
    leastMs = Math.min(leastMs, now() - startMs);
  }
  return probeRounds / leastMs;
}
