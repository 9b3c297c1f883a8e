import type { Failure, Success } from '@cateto/contracts';

/** A request as it came in. `W` is what the driver needs to run it; the machine never looks inside. */
export interface IncomingRequest<W> {
  readonly seq: number;
  /** Where its answer goes. */
  readonly replyTopic: string;
  /** How long its requester waits from now on. */
  readonly ttlMs: number;
  readonly work: W;
  /** Why it cannot be run: its answer already. */
  readonly refusal: Failure | undefined;
}

export type ResponderInput<W> =
  | {
      readonly type: 'requests';
      readonly sender: string;
      /** Below it the sender has every outcome. */
      readonly settledBelow: number;
      readonly requests: readonly IncomingRequest<W>[];
    }
  /** The outcome of a `run`. For an id that does not run it is ignored. */
  | { readonly type: 'answered'; readonly sender: string; readonly seq: number; readonly outcome: Success | Failure }
  /** Another broker is active: what was published lately may have been lost with the one before. */
  | { readonly type: 'marker-up' }
  /** Takes nothing new from now on. */
  | { readonly type: 'drain' }
  | { readonly type: 'tick' };

export interface Result {
  readonly seq: number;
  readonly outcome: Success | Failure;
}

export type ResponderEffect<W> =
  /**
   * Run it and hand in `answered`, exactly once and however late: until then it counts as in flight. After `deadlineMs`
   * nobody waits for it: what has not begun by then need not, and is answered with `deadline-exceeded`.
   */
  | {
      readonly type: 'run';
      readonly sender: string;
      readonly seq: number;
      readonly work: W;
      /** A point on the driver's clock. */
      readonly deadlineMs: number;
    }
  /** Results for one topic and address that follow one another; what else shares a frame is up to the batch. */
  | { readonly type: 'publish'; readonly topic: string; readonly to: string; readonly results: readonly Result[] }
  /** Nothing runs any more; comes once, after `drain`. */
  | { readonly type: 'drained' };

export interface ResponderCounters {
  /** Requests that run. */
  readonly inFlight: number;
  /** Outcomes since the start, whatever they were and if they were settled meanwhile; repetitions do not count. */
  readonly answered: number;
  /** Requests whose id was running or remembered: not run again. */
  readonly repeated: number;
  /** Outcomes remembered. */
  readonly remembered: number;
  /** Requesters of whom something is known. */
  readonly requesters: number;
  /** Outcomes forgotten for want of room before they were settled: "at most once" does not hold for them. */
  readonly evictedEarly: number;
}

export interface Responder<W> {
  handle(input: ResponderInput<W>, nowMs: number): readonly ResponderEffect<W>[];
  deadlineMs(): number | undefined;
  counters(): ResponderCounters;
}

/** The bounds, each at least 1. They are the limits of the contracts package unless given. */
export interface ResponderConfig {
  readonly inFlightMax?: number;
  readonly rememberedMs?: number;
  readonly rememberedMax?: number;
  readonly rememberedBytesMax?: number;
  readonly requestersMax?: number;
}
