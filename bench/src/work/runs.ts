/** What the handlers wrote: how often those of a range of items ran, and how often in each process. */
export interface Runs {
  readonly runs: number;
  /** Different items that ran at least once. */
  readonly items: number;
  /** Of each process that ran any, the most first. */
  readonly byProcess: readonly number[];
}

/** @param text a line `<item> <process id>` for each run of a handler */
export function runsIn(text: string, firstItem: number, count: number): Runs {
  const items = new Set<number>();
  const processes = new Map<string, number>();
  let runs = 0;
  for (const line of text.split('\n')) {
    const [item = '', pid = ''] = line.split(' ');
    // A process that is killed while it writes leaves no part of a line; the text ends with an empty one.
    if (item === '' || Number(item) < firstItem || Number(item) >= firstItem + count) continue;
    runs += 1;
    items.add(Number(item));
    processes.set(pid, (processes.get(pid) ?? 0) + 1);
  }
  return { runs, items: items.size, byProcess: [...processes.values()].toSorted((a, b) => b - a) };
}
