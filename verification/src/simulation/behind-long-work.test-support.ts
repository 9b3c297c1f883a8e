import { startComputations } from './computations.test-support.ts';
import type { Violation } from './violation.ts';

/*
 * Short computations, and among them one that takes ten seconds. The windows of the servers fit the short ones, so some
 * wait behind the long one.
 */

const shortMs = 5;
const longMs = 10_000;
const longOperand = 0.5;
/** The short ones take 5 ms each on two servers. Those behind the long one are given back after 200 ms at most. */
const slowMs = 1_500;

/** @returns the short computations that waited for the long one, although another server was idle */
export async function checkBehindLongWork(seed: number): Promise<readonly Violation[]> {
  const { network, ask } = await startComputations({
    seed,
    delayMs: [0.05, 0.3],
    opServers: 2,
    calcServers: 1,
    compute: (process, input) =>
      new Promise((resolve) => {
        process.platform.after(input === longOperand ? longMs : shortMs, () => resolve(input));
      }),
  });
  // The servers learn how long a computation takes, and announce their windows.
  for (let operand = 1; operand <= 200; operand += 1) ask(operand);
  await network.runTo(5_000);
  const short = Array.from({ length: 30 }, (_, index) => ask(1_000 + index));
  ask(longOperand);
  short.push(...Array.from({ length: 90 }, (_, index) => ask(2_000 + index)));
  await network.runTo(5_000 + 2 * longMs);
  // One request of each requester may wait at a busy server.
  return short
    .filter(({ tookMs }) => tookMs === undefined || tookMs > slowMs)
    .slice(1)
    .map(({ operand, atMs, tookMs }) => ({
      atMs: atMs + slowMs,
      what: `the computation of ${operand} took ${tookMs?.toFixed(0)} ms beside an idle server`,
    }));
}
