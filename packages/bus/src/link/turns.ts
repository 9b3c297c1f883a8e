import { timers } from '@cateto/zmtp/timers';

/* Turns of the loop for the packages above, whose declarations need no types of Node for them. */

/** Runs something in a later turn of the loop. */
export function inNextTurn(run: () => void): void {
  timers.setImmediate(run);
}

/** Runs something when what is under way has returned, apart from it. */
export function inMicrotask(run: () => void): void {
  timers.queueMicrotask(run);
}
