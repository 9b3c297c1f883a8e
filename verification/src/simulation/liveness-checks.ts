import type { Violation } from './violation.ts';
import type { Asked, History } from './history.ts';
import { inWords, troubles } from './outcome-checks.ts';
import type { Scenario } from './scenario.ts';

/** A request with less time may fail while a process finds out that another one is gone. */
const enoughMs = 1_000;
/** A packet that takes ten times as long as usual delays this many behind it. */
const lossyBelow = 100;
/** How often the connections are checked. Nothing that matters breaks and heals within this time. */
export const reachEveryMs = 20;

/**
 * Once a broker is active and a calc-server and a client are connected to it, every later request with a deadline of a
 * second succeeds, whatever is wrong with other processes.
 */
export function checkLiveness({ highWaterMark }: Pick<Scenario, 'highWaterMark'>, history: History): Violation[] {
  // If half of all messages are dropped, a second is short.
  if (highWaterMark < lossyBelow) return [];
  return history.asked.flatMap((asked) => {
    const [first] = asked.settled;
    if (first === undefined || 'value' in first.outcome || asked.fatal) return [];
    const { code } = first.outcome;
    // checkOutcomes handles every other code.
    if (!troubles.has(code) || asked.timeoutMs < enoughMs || !inReach(asked, first.atMs, history)) return [];
    return [{ atMs: first.atMs, what: `${inWords(asked)} failed though all it needs was linked: ${code}` }];
  });
}

function inReach({ client, atMs }: Asked, settledMs: number, { reaches }: History): boolean {
  return reaches.some(
    (reach) => reach.client === client && reach.fromMs <= atMs && reach.toMs + reachEveryMs >= settledMs,
  );
}
