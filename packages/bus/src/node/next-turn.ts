import { timers } from '@cateto/zmtp/timers';

/** Runs a function in a later turn of the event loop. */
export function inNextTurn(run: () => void): void {
  timers.setImmediate(run);
}
