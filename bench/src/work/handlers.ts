import { appendFileSync } from 'node:fs';

/*
 * The work of the suite `work`, the same code for every measured system. Each handler counts its own runs: it appends a
 * line to a file that all processes share, so a run counts even if its answer is lost.
 */

/** The variable that gives the processes of a system the path of that file. */
export const runsVariable = 'WORK_RUNS_FILE';

/** The variable that makes `burn` block its thread for milliseconds instead of computing rounds. */
export const waitsVariable = 'WORK_WAITS';

export type WorkKind = 'burn' | 'pause';

const neverWoken = new Int32Array(new SharedArrayBuffer(4));

export const workHandlers = {
  /**
   * Computes this many rounds and returns its item. If {@link waitsVariable} is set, it blocks its thread for this many
   * milliseconds instead, without using the processor, so that other work on the machine affects the result less.
   */
  burn(item: number, amount: number): number {
    countRun(item);
    if (process.env[waitsVariable] !== undefined) Atomics.wait(neverWoken, 0, 0, amount);
    // The shift register never becomes 0. The compiler cannot know that, so it cannot remove the loop.
    else if (spin(amount) === 0) throw new Error('the shift register came to 0');
    return item;
  },
  /** Waits without using the processor and returns its item. */
  async pause(item: number, ms: number): Promise<number> {
    countRun(item);
    await new Promise<void>((resolve) => void setTimeout(resolve, ms));
    return item;
  },
};

/** A line is far shorter than what the kernel appends atomically. */
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

/** Runs this many calls at once; later calls wait in order of arrival. */
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
