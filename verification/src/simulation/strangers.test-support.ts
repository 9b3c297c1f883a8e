import { startComputations } from './computations.test-support.ts';
import type { Violation } from './violation.ts';

/*
 * Requests that arrive at a server while a handler blocks its event loop, and are the first ones of their requesters. The
 * server did not announce the handler to these requesters, so they send the requests to other servers too.
 */

export interface Strangers {
  readonly delayMs: readonly [number, number];
  /** Each is a requester of its own. */
  readonly calcServers: number;
  readonly blockedMs: number;
}

const requests = [1, 2, 3, 4];
const startedMs = 2_000;

/** @returns the requests that were not answered, and the computations that ran more than once */
export async function checkStrangers(seed: number, options: Strangers): Promise<readonly Violation[]> {
  const { delayMs, calcServers, blockedMs } = options;
  const { network, ask, runs } = await startComputations({
    seed,
    delayMs,
    opServers: 2,
    calcServers,
    compute(process, input) {
      process.block(blockedMs);
      return input;
    },
  });
  const asked = requests.map(ask);
  // Also for a computation that would begin again when all requests are answered.
  await network.runTo(startedMs + (requests.length + 2) * blockedMs + 5_000);
  const lost = asked.filter(({ tookMs }) => tookMs === undefined);
  const again = [...runs].filter(([, those]) => those.length > 1);
  return [
    ...lost.map(({ operand, atMs }) => ({ atMs, what: `the request of ${operand} was not answered` })),
    ...again.map(([operand, those]) => {
      return { atMs: startedMs, what: `${operand} was computed ${those.length} times: ${those.join(', ')}` };
    }),
  ];
}
