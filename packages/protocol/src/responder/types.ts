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
      /** Below it the sender has every outcome, but of the stragglers. */
      readonly settledBelow: number;
      readonly stragglers?: readonly number[] | undefined;
      readonly requests: readonly IncomingRequest<W>[];
    }
  /** The sender waits for these no more. Nobody else can say so: ids of other requesters are untouched. */
  | {
      readonly type: 'cancel';
      readonly sender: string;
      readonly settledBelow: number;
      readonly stragglers?: readonly number[] | undefined;
      readonly seqs: readonly number[];
    }
  /** The outcome of a `run`. For an id that does not run, or was given up, it is counted and dropped. */
  | { readonly type: 'answered'; readonly sender: string; readonly seq: number; readonly outcome: Success | Failure }
  /** Another broker is active: what was published lately may have been lost with the one before. */
  | { readonly type: 'marker-up' }
  /** A handler is to be begun that may block the loop for so long: everybody is told before, and with 0 that it is over. */
  | { readonly type: 'announce'; readonly silentMs: number }
  /** So many requests of one requester for a contract keep the server busy. */
  | { readonly type: 'window'; readonly contract: string; readonly window: number }
  /** These were not begun, and are not likely to be soon: another server may be idle. */
  | { readonly type: 'waits-long'; readonly runs: readonly RunEffect<W>[] }
  /** Takes nothing new from now on. */
  | { readonly type: 'drain' }
  | { readonly type: 'tick' };

export interface Result {
  readonly seq: number;
  readonly outcome: Success | Failure;
}

/**
 * Run it and hand in `answered`, exactly once and however late: until then, or until it is given up, it counts as in
 * flight. After `deadlineMs` nobody waits for it: what has not begun by then need not, and is answered with
 * `deadline-exceeded`.
 */
export interface RunEffect<W> {
  readonly type: 'run';
  readonly sender: string;
  readonly seq: number;
  readonly replyTopic: string;
  readonly work: W;
  /** When it was admitted; this and the deadline are points on the driver's clock. */
  readonly sinceMs: number;
  readonly deadlineMs: number;
}

/**
 * What a server has too little of: places for requests in flight, entries for requesters, or time for what waits (then the
 * driver refused with `overloaded`).
 */
export type Scarce = 'requests' | 'requesters' | 'time';

/** Tells a requester which of its requests are held here, how many keep the server busy, and which it gives back. */
export interface OwedBeat {
  readonly type: 'beat';
  readonly to: string;
  /** Seqs from, to, from, to, …, in their order; undefined in a beat that says nothing of them. */
  readonly held: readonly number[] | undefined;
  /** Of no meaning without `held`. */
  readonly silentMs: number;
  readonly windows?: Readonly<Record<string, number>>;
  /** In the form of `held`. */
  readonly returned?: readonly number[];
  /** Seq, share, seq, share, …: how far those of the held are that say so. */
  readonly progress?: readonly number[];
}

export type ResponderEffect<W> =
  | RunEffect<W>
  /** It has not been answered in time and holds no place any more. Comes once at most, and after its `run`. */
  | { readonly type: 'give-up'; readonly sender: string; readonly seq: number; readonly replyTopic: string }
  /** Nobody waits for it any more: it need not begin, or is to end soon. It counts as in flight until `answered`. Comes once at most, and after its `run`. */
  | { readonly type: 'cancel'; readonly run: RunEffect<W> }
  /** It was given back to its requester and is not to be begun. Comes once at most, and after its `run`. */
  | { readonly type: 'returned'; readonly run: RunEffect<W> }
  /** A request was refused for want of this, for the first time since the start or since `has-room`. */
  | { readonly type: 'full'; readonly what: Scarce }
  /** Nothing has been refused for want of this lately. */
  | {
      readonly type: 'has-room';
      readonly what: Scarce;
      /** From the first refusal until the last one, or until it was last seen full. */
      readonly forMs: number;
      /** Requests that were refused meanwhile. */
      readonly refused: number;
    }
  | OwedBeat
  /** Results for one topic and address that follow one another; what else shares a frame is up to the batch. */
  | { readonly type: 'publish'; readonly topic: string; readonly to: string; readonly results: readonly Result[] }
  /** Nothing runs any more; comes once, after `drain`. */
  | { readonly type: 'drained' };

export interface ResponderCounters {
  /** Requests that run and are not given up. */
  readonly inFlight: number;
  /** Outcomes since the start, whatever they were and if they were settled meanwhile; repetitions do not count. */
  readonly answered: number;
  /** Requests that were given up since the start. */
  readonly givenUp: number;
  /** Outcomes that were dropped since the start, because their request did not run any more. */
  readonly late: number;
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

/** The bounds, each at least 1, are the limits of the contracts package unless given. */
export interface ResponderConfig<W = unknown> {
  /** How far what runs is, from 0 to 1; undefined while it does not say. Asked when a beat is due. */
  readonly shareOf?: ((work: W) => number | undefined) | undefined;
  readonly handlerGraceMs?: number;
  readonly inFlightMax?: number;
  readonly rememberedMs?: number;
  readonly rememberedMax?: number;
  readonly rememberedBytesMax?: number;
  readonly requestersMax?: number;
}
