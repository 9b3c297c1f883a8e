/** What one client saw of one load on one system in one round. */
export interface WorkMeasurement {
  readonly load: string;
  /** The client's part of the load. */
  readonly batch: string;
  readonly system: string;
  readonly round: number;
  readonly asked: number;
  readonly answered: number;
  readonly wrong: number;
  readonly failed: Readonly<Record<string, number>>;
  /** Runs of a handler that would do, and those that there were, counted by the handlers. */
  readonly runsNeeded: number;
  readonly runs: number;
  /** Different items that ran. */
  readonly items: number;
  /** Runs of each process, the most first. */
  readonly byProcess: readonly number[];
  readonly fallbacks: number;
  readonly wallMs: number;
  readonly idealMs?: number;
  /** NaN when nothing was answered. */
  readonly p99Ms: number;
  /** Of the machine's processors, used by processes that are no part of the system or the bench, from 0 to 1. */
  readonly othersShare: number;
}

/** The smallest value that at least such a share of all does not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
