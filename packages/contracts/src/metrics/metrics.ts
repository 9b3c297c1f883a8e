/*
 * The numbers that a participant or broker keeps about itself, as plain data. Counters count from the start of the
 * process. docs/metrics.md describes each, under the name by which the HTTP endpoint exports it.
 */

/** How long something took, as a histogram. */
export interface Durations {
  /**
   * How many took at most `durationBoundsMs[n]` and more than the bound before; the last number counts those above all
   * bounds.
   */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/** The upper bounds of the buckets of every histogram, in milliseconds. */
export const durationBoundsMs: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 1_800_000,
];

export interface MethodDurations {
  /** The name of the operation or formula; `_OTHER` for one that this process does not know. */
  readonly method: string;
  readonly durations: Durations;
}

export interface CallDurations extends MethodDurations {
  /** The failure code with which the calls ended; undefined for those with a value. */
  readonly error: string | undefined;
}

/** Counts by a cause, or by another word. */
export type Counts = Readonly<Record<string, number>>;

/** The numbers that every participant has. */
export interface ParticipantMetrics {
  /** Messages that could not be read or sent, by cause. */
  readonly dropped: Counts;
  /** The entries of each table. */
  readonly tables: Counts;
}

/** The numbers of a participant that calls: a client, or a calc-server. */
export interface CallerMetrics {
  readonly calls: readonly CallDurations[];
  /** Open calls that a server has. */
  readonly inFlight: number;
  /** Open calls that no server has yet. */
  readonly held: number;
  /** Requests that were sent, retries included. */
  readonly sent: number;
  /** Requests that were sent again, by cause. */
  readonly retries: Counts;
}

export interface ClientMetrics extends ParticipantMetrics, CallerMetrics {}

/** The numbers of an op-server or calc-server. */
export interface ServerMetrics extends ParticipantMetrics {
  readonly role: 'op-server' | 'calc-server';
  /** From the admission of a request to its outcome. */
  readonly calls: readonly CallDurations[];
  /** From the admission to the beginning of the handler or formula. */
  readonly queueing: readonly MethodDurations[];
  /** From that begin to the outcome. */
  readonly handling: readonly MethodDurations[];
  readonly inFlight: number;
  readonly queued: number;
  /** How many requests run at once; undefined before the first run. */
  readonly slots: number | undefined;
  /** Missing where there are no threads. */
  readonly threads?: number | undefined;
  readonly threadsBusy?: number | undefined;
  /** Refused before they ran, by cause: `requests`, `bytes`, `requesters`, `time` (overload), or a failure code. */
  readonly refused: Counts;
  /** Copies of requests that were running or answered, so that they did not run again. */
  readonly repeated: number;
  /** Handlers that had not settled a second after their deadline. */
  readonly givenUp: number;
  /** Those of them that still have not. */
  readonly overrunning: number;
  /** Runs that failed for a reason other than their input. */
  readonly errors: number;
  /** Outcomes that were forgotten for lack of room before their requester had them. */
  readonly evictedEarly: number;
  /** A calc-server's calls of operations; undefined for an op-server. */
  readonly operations?: OperationsMetrics | undefined;
}

export interface OperationsMetrics extends CallerMetrics {
  /** Calls that the calc-server computed itself. */
  readonly fallbacks: readonly FallbackCount[];
  /** For each lane, the fewest servers that listen for any one operation. */
  readonly laneListeners: Counts;
}

export interface FallbackCount {
  readonly operation: string;
  readonly lane: string;
  /** The failure code of the call. */
  readonly cause: string;
  readonly count: number;
}

export interface BrokerMetrics {
  readonly role: 'broker';
  readonly state: 'standby' | 'active' | 'leaving';
  readonly epoch: number;
  /** How often it became active or standby, by cause. */
  readonly takeovers: Counts;
  readonly stepDowns: Counts;
  /** Messages and their bytes that publishers sent and the broker forwarded. */
  readonly forwarded: number;
  readonly forwardedBytes: number;
  readonly dropped: Counts;
  /** Connections that have completed their handshake, by kind: `publisher` and `subscriber`. */
  readonly connections: Counts;
  /** Entries of the subscription table, by kind: `request` and `prefix`. */
  readonly subscriptions: Counts;
  readonly subscriptionsRefused: number;
  /** Bytes that wait for connections that read too slowly. */
  readonly unsentBytes: number;
  /** Since the last heartbeat of the other broker; undefined before the first, and without another broker. */
  readonly peerBeatAgeMs: number | undefined;
}
