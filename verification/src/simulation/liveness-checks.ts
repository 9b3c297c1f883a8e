import type { Violation } from './violation.ts';
import type { Asked, History } from './history.ts';
import { inWords, troubles } from './outcome-checks.ts';
import type { Scenario } from './scenario.ts';

/** A request with less time may fail while somebody finds out that somebody else is gone. */
const enoughMs = 1_000;
/** A packet that takes ten times as long as usual holds as many up behind it. */
const lossyBelow = 100;
/** How often it is looked who is linked with whom. Nothing that matters breaks and is whole again in less. */
export const reachEveryMs = 20;

/**
 * Once a broker is active and a calc-server and a client are linked with it, every request made from then on with a
 * deadline of a second succeeds, whatever is wrong with everybody else.
 */
export function checkLiveness({ highWaterMark }: Pick<Scenario, 'highWaterMark'>, history: History): Violation[] {
  // Where half of all messages are dropped a second is not much.
  if (highWaterMark < lossyBelow) return [];
  return history.asked.flatMap((asked) => {
    const [first] = asked.settled;
    if (first === undefined || 'value' in first.outcome || asked.fatal) return [];
    const { code } = first.outcome;
    // With any other code checkOutcomes deals.
    if (!troubles.has(code) || asked.timeoutMs < enoughMs || !inReach(asked, first.atMs, history)) return [];
    return [{ atMs: first.atMs, what: `${inWords(asked)} failed though all it needs was linked: ${code}` }];
  });
}

function inReach({ client, atMs }: Asked, settledMs: number, { reaches }: History): boolean {
  return reaches.some(
    (reach) => reach.client === client && reach.fromMs <= atMs && reach.toMs + reachEveryMs >= settledMs,
  );
}
