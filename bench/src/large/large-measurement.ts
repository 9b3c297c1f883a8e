import type { Way, QuestionsName } from './questions.ts';

/** One burst of large values. */
export interface Burst {
  readonly asked: number;
  readonly answered: number;
  readonly wrong: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly wallMs: number;
  /** The bytes that the brokers forwarded, as a multiple of those of the values on their way through the brokers. */
  readonly sentTimes: number;
  /** Requests that the client or the calc-server sent again. */
  readonly resent: number;
  /** Messages that a process of the system could not read or send. */
  readonly dropped: number;
}

/** The same burst at once and a few at a time, one right after the other. */
export interface BurstPair {
  readonly type: 'bursts';
  readonly way: Way;
  readonly round: number;
  readonly atOnce: Burst;
  readonly fewAtOnce: Burst;
}

/** The small requests of one client. */
export interface SmallRequests {
  readonly asked: number;
  readonly answered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Small requests on a quiet system, then beside bursts of large values. */
export interface SmallPair {
  readonly type: 'small';
  /** The servers of the small requests. */
  readonly servers: QuestionsName;
  /** The way of the large values. */
  readonly way: Way;
  readonly round: number;
  readonly quiet: SmallRequests;
  readonly loaded: SmallRequests;
  /** The share of the machine that was busy while the system was quiet: almost all of it is the use of other programs. */
  readonly othersShare: number;
  /** How often a broker became active in the loaded time, in which no process failed. */
  readonly takeovers: number;
  /** The large values of the loaded time. */
  readonly large: { readonly asked: number; readonly answered: number; readonly perSecond: number };
}

export type LargeMeasurement = BurstPair | SmallPair;

/** The targets: the largest ratio that is good. */
export const targets = { burst: 1.2, small: 3 } as const;
