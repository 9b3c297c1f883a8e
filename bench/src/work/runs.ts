/** The runs that handlers recorded for a range of items, in total and for each process. */
export interface Runs {
  readonly runs: number;
  /** How many different items ran at least once. */
  readonly items: number;
  /** The runs of each process, in descending order. */
  readonly byProcess: readonly number[];
}

/** @param text a line `<item> <process id>` for each run of a handler */
export function runsIn(text: string, firstItem: number, count: number): Runs {
  const items = new Set<number>();
  const processes = new Map<string, number>();
  let runs = 0;
  for (const line of text.split('\n')) {
    const [item = '', pid = ''] = line.split(' ');
    // A killed process leaves no partial line. The last line is empty.
    if (item === '' || Number(item) < firstItem || Number(item) >= firstItem + count) continue;
    runs += 1;
    items.add(Number(item));
    processes.set(pid, (processes.get(pid) ?? 0) + 1);
  }
  return { runs, items: items.size, byProcess: [...processes.values()].toSorted((a, b) => b - a) };
}
