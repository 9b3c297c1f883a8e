import { timers } from '@cateto/zmtp/timers';

/* Turns of the event loop for other packages, in declarations that need no types of Node. */

/** Runs a function in a later turn of the event loop. */
export function inNextTurn(run: () => void): void {
  timers.setImmediate(run);
}

/** Runs a function after the current code has returned, apart from it. */
export function inMicrotask(run: () => void): void {
  timers.queueMicrotask(run);
}
