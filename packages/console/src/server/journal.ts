import type { StreamEvents, StreamName } from '../shared/state.ts';

/*
 * The entries that the console has sent to the pages, in order. A page that comes back says which entry it had last,
 * and gets the ones after it. If the journal no longer has those, or the console was restarted meanwhile, the page gets
 * everything again.
 */

export interface Entry {
  readonly number: number;
  readonly name: StreamName;
  /** JSON. */
  readonly data: string;
}

export interface Journal {
  add<N extends StreamName>(name: N, data: StreamEvents[N]): void;
  /** @returns the entries after this one; undefined when they are not all kept */
  after(number: number): readonly Entry[] | undefined;
  /** The number of the latest entry. */
  readonly last: number;
  /** Resolves when there is an entry after this one, or the signal aborts. */
  changed(number: number, signal: AbortSignal): Promise<void>;
}

/** Characters of JSON that are kept: half a minute of a busy system. */
const keptMax = 4_194_304;

export function createJournal(most: number = keptMax): Journal {
  const entries: Entry[] = [];
  let kept = 0;
  let last = 0;
  const waiting = new Set<() => void>();

  return {
    add(name, data) {
      last += 1;
      const entry = { number: last, name, data: JSON.stringify(data) };
      entries.push(entry);
      kept += entry.data.length;
      while (kept > most && entries.length > 1) kept -= entries.shift()?.data.length ?? 0;
      for (const resume of waiting) resume();
    },
    after(number) {
      const first = entries[0]?.number ?? last + 1;
      if (number > last || number < first - 1) return undefined;
      return entries.slice(number - first + 1);
    },
    get last() {
      return last;
    },
    changed(number, signal) {
      if (number < last || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const resume = (): void => {
          waiting.delete(resume);
          signal.removeEventListener('abort', resume);
          resolve();
        };
        waiting.add(resume);
        signal.addEventListener('abort', resume);
      });
    },
  };
}
