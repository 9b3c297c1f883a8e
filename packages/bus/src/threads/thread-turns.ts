import { createFifo } from '../runs/fifo.ts';

/** Work that waits for a thread. Exactly one of `begin` and `missed` is called. */
export interface Turn {
  /** The deadline on the clock of {@link createTurns}. */
  readonly deadlineMs: number;
  /** Its turn has come. The work calls `done` when it has run. */
  begin(): void;
  /** Its turn has come after its deadline. */
  missed(): void;
}

export interface Turns {
  take(turn: Turn): void;
  done(): void;
}

/** First come, first served, this many at once. */
export function createTurns(runningMax: number, nowMs: () => number): Turns {
  const waiting = createFifo<Turn>();
  let running = 0;

  function next(): void {
    for (let turn = waiting.first(); turn !== undefined && running < runningMax; turn = waiting.first()) {
      waiting.shift();
      if (turn.deadlineMs <= nowMs()) {
        turn.missed();
        continue;
      }
      running += 1;
      turn.begin();
    }
  }

  return {
    take(turn) {
      waiting.push(turn);
      next();
    },
    done() {
      running -= 1;
      next();
    },
  };
}
