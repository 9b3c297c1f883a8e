/** Combines a load's rounds: medians, with the spread of the rates. */
export interface Point {
  readonly suite: string;
  readonly load: string;
  readonly perSecond: number;
  readonly leastPerSecond: number;
  readonly mostPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: Readonly<Record<string, number>>;
  readonly eachSecond: readonly number[];
}
