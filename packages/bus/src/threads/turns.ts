import { createLoopWatch, createPace } from '@cateto/protocol';

/** Work that waits for a thread. Exactly one of the two is called. */
export interface Turn {
  /** On the clock of {@link createTurns}. */
  readonly deadlineMs: number;
  /** Its turn has come; say `done` when it has run. */
  begin(): void;
  /** Its turn has come after its deadline. */
  missed(): void;
}

export interface Turns {
  take(turn: Turn): void;
  done(): void;
  /** As a server's loop: what waits would take more than 100 ms, and that for a second. */
  isLate(): boolean;
}

/** Of those that have begun, as many as the list may still hold. */
const begunMax = 1_024;

/** First come, first served, so many at once. */
export function createTurns(runningMax: number, nowMs: () => number): Turns {
  const pace = createPace();
  const watch = createLoopWatch();
  /** The first `begun` of them wait no more. */
  let waiting: Turn[] = [];
  let begun = 0;
  let running = 0;
  /** Since when as many run as may, or when the last of those was done. */
  let fullSinceMs = 0;

  function next(): void {
    while (running < runningMax) {
      const turn = waiting[begun];
      if (turn === undefined) break;
      begun += 1;
      if (turn.deadlineMs > nowMs()) begin(turn);
      else turn.missed();
    }
    if (begun === waiting.length || begun >= begunMax) {
      waiting = waiting.slice(begun);
      begun = 0;
    }
    look();
  }

  function begin(turn: Turn): void {
    running += 1;
    if (running === runningMax) fullSinceMs = nowMs();
    turn.begin();
  }

  /** Of the loop nothing is said here: it is never `busy`. */
  function look(): void {
    watch.handle({ type: 'seen', busy: false, waitMs: pace.waitMs(waiting.length - begun) }, nowMs());
  }

  return {
    take(turn) {
      waiting.push(turn);
      next();
    },
    done() {
      if (running === runningMax) pace.took(1, nowMs() - fullSinceMs);
      running -= 1;
      next();
    },
    isLate() {
      look();
      return watch.isLate();
    },
  };
}
