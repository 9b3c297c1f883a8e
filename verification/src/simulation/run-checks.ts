import type { Violation } from './violation.ts';
import type { History } from './history.ts';

/**
 * A server may forget that a request is settled when its requester has not said so for this long (docs/wire.md,
 * "Answering"). A broker that is slow for longer may then deliver a copy that runs again in vain.
 */
const settledForgottenMs = 2_000;

/** A living server runs an id once, and an op-server runs no more than was requested. */
export function checkRuns(history: History): Violation[] {
  const found: Violation[] = [];
  for (const [key, times] of history.ran) {
    const [who = '', name = '', input = ''] = key.split(' ');
    const isCalcServer = who.startsWith('calc-');
    // No two requests share operands, so a calc-server has no reason to run the same again.
    const most = isCalcServer ? 1 : (history.planned.get(`${name} ${input}`) ?? 0);
    const atMs = times[most];
    if (atMs === undefined || (isCalcServer && atMs > forgottenFromMs(name, input, history))) continue;
    const more = isCalcServer ? '' : `, and it was planned ${most} times`;
    found.push({ atMs, what: `${who} ran ${name} ${input} ${times.length} times${more}` });
  }
  return found;
}

/**
 * From when on no process may be left that reports the request as settled, because its client has been gone for a
 * while.
 */
function forgottenFromMs(formula: string, operands: string, { asked, lives }: History): number {
  const request = asked.find((one) => one.formula === formula && JSON.stringify(one.operands) === operands);
  const life = lives.find(({ process }) => process === request?.process);
  return (life?.toMs ?? Number.POSITIVE_INFINITY) + settledForgottenMs;
}
