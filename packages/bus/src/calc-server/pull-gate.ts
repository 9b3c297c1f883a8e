import { limits } from '@cateto/contracts';

/*
 * Generators are pulled only while the requester's table is at most half full, so that formulas of many calls leave room
 * for those of few. Calls that the calc-server computes itself count too. A generator that finds the table fuller waits here until enough calls have settled.
 */

export interface PullGate {
  /** Whether generators may request more calls. */
  isOpen(): boolean;
  /** Goes on when there is room. The one that has waited longest comes first. */
  wait(run: Waiting): void;
  leave(run: Waiting): void;
  /** A call has settled, so there may be room. */
  settled(): void;
  waiting(): number;
}

export interface Waiting {
  goOn(): void;
}

const openMax = limits.heldRequestsMax / 2;

/** @param open how many calls are open */
export function createPullGate(open: () => number): PullGate {
  const waiting = new Set<Waiting>();
  let waking = false;
  const isOpen = (): boolean => open() < openMax;

  function wake(): void {
    waking = true;
    for (const run of waiting) {
      if (!isOpen()) break;
      waiting.delete(run);
      run.goOn();
    }
    waking = false;
  }

  return {
    isOpen,
    wait: (run) => void waiting.add(run),
    leave: (run) => void waiting.delete(run),
    settled() {
      if (waiting.size > 0 && !waking) wake();
    },
    waiting: () => waiting.size,
  };
}
