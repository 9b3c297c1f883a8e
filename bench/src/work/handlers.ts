import { appendFileSync } from 'node:fs';

/*
 * The work of the suite `work`, the same code for every system that is measured. Each run of a handler is counted by the handler
 * itself: it appends a line to a file that all processes share, so a run counts also when its answer was lost.
 */

/** Names the file of the runs to the processes of a system. */
export const runsVariable = 'WORK_RUNS_FILE';

/** Set when `burn` blocks its thread for milliseconds instead of computing rounds. */
export const waitsVariable = 'WORK_WAITS';

export type WorkKind = 'burn' | 'pause';

const neverWoken = new Int32Array(new SharedArrayBuffer(4));

export const workHandlers = {
  /**
   * Computes so many rounds and gives back its item. Where {@link waitsVariable} is set it blocks its thread for so many milliseconds
   * instead, without using the processor: what others do on the machine then changes little.
   */
  burn(item: number, amount: number): number {
    countRun(item);
    if (process.env[waitsVariable] !== undefined) Atomics.wait(neverWoken, 0, 0, amount);
    // A shift register that never comes to 0. The compiler cannot know that, so it cannot leave the loop out.
    else if (spin(amount) === 0) throw new Error('the shift register came to 0');
    return item;
  },
  /** Waits without using the processor and gives back its item. */
  async pause(item: number, ms: number): Promise<number> {
    countRun(item);
    await new Promise<void>((resolve) => void setTimeout(resolve, ms));
    return item;
  },
};

/** A line is far shorter than what the kernel appends in one piece. */
function countRun(item: number): void {
  const file = process.env[runsVariable];
  if (file !== undefined) appendFileSync(file, `${item} ${process.pid}\n`);
}

export function spin(rounds: number): number {
  let state = 1;
  for (let round = 0; round < rounds; round += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  return state;
}

/** So many calls run at once here; others wait for their turn in the order in which they came. */
export function limited<A extends readonly unknown[], R>(
  atOnce: number,
  run: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (...args) => {
    if (running === atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await run(...args);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
