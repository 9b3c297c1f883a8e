/** The results of one client of one load on one system in one round. */
export interface WorkMeasurement {
  readonly load: string;
  /** The name of the client's batch. */
  readonly batch: string;
  readonly system: string;
  readonly round: number;
  readonly asked: number;
  readonly answered: number;
  readonly wrong: number;
  readonly failed: Readonly<Record<string, number>>;
  /** The least number of handler runs that the batch needs. `runs` is how many there were, counted by the handlers. */
  readonly runsNeeded: number;
  readonly runs: number;
  /** Different items that ran. */
  readonly items: number;
  /** The runs of each process, in descending order. */
  readonly byProcess: readonly number[];
  readonly fallbacks: number;
  readonly wallMs: number;
  readonly idealMs?: number;
  /** NaN when no call was answered. */
  readonly p99Ms: number;
  /** The share of the machine's processors that processes outside of the system and the bench used, from 0 to 1. */
  readonly othersShare: number;
}

/** The smallest value that at least this share of all values does not exceed; NaN if there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
