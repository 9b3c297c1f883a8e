import type { Failure, Success } from '@cateto/contracts';

/** A request as it arrived. `W` is what the driver needs to run it; the machine never looks inside. */
export interface IncomingRequest<W> {
  readonly seq: number;
  /** The topic of its answer. */
  readonly replyTopic: string;
  /** How long its requester waits from now on. */
  readonly ttlMs: number;
  readonly work: W;
  /** The client for which the requester sent it; unless given, the requester itself counts. */
  readonly origin?: string | undefined;
  /** The memory of its values, if it is worth counting. */
  readonly bytes?: number | undefined;
  /** Why it cannot run. This is its answer. */
  readonly refusal: Failure | undefined;
}

export type ResponderInput<W> =
  | {
      readonly type: 'requests';
      readonly sender: string;
      /** The sender has the outcome of every request below this seq, apart from the stragglers. */
      readonly settledBelow: number;
      readonly stragglers?: readonly number[] | undefined;
      readonly requests: readonly IncomingRequest<W>[];
    }
  /** The sender does not wait for these any more. Ids of other requesters are not affected. */
  | {
      readonly type: 'cancel';
      readonly sender: string;
      readonly settledBelow: number;
      readonly stragglers?: readonly number[] | undefined;
      readonly seqs: readonly number[];
    }
  /** The outcome of a `run`. For an id that does not run, or was given up, it is counted and dropped. */
  | { readonly type: 'answered'; readonly sender: string; readonly seq: number; readonly outcome: Success | Failure }
  /** Another broker is active, so recent publications may have been lost with the former one. */
  | { readonly type: 'marker-up' }
  /**
   * A handler that may block the event loop for this long is about to begin, so everyone is told before; 0 means that
   * it is over.
   */
  | { readonly type: 'announce'; readonly silentMs: number }
  /** This many requests of one requester for a contract keep the server busy. */
  | { readonly type: 'window'; readonly contract: string; readonly window: number }
  /**
   * These have not begun and probably will not soon, so another server may be idle. `waiting` are all that have not begun,
   * in the order of their turns.
   */
  | { readonly type: 'waits-long'; readonly runs: readonly RunEffect<W>[]; readonly waiting: readonly RunEffect<W>[] }
  /**
   * A handler that was announced has blocked the event loop, and everything that had arrived meanwhile is read. These have
   * not begun. Those whose requesters were not told of the silence may have gone to other servers.
   */
  | { readonly type: 'was-blocked'; readonly sinceMs: number; readonly waiting: readonly RunEffect<W>[] }
  /** The responder takes nothing new from now on. */
  | { readonly type: 'drain' }
  /**
   * A draining server gives these requests back, which have not begun; or unless given, all that run. The oldest request
   * of each requester goes back too. The server takes no new requests from now on.
   */
  | { readonly type: 'let-go'; readonly runs?: readonly RunEffect<W>[] | undefined }
  | { readonly type: 'tick' };

export interface Result {
  readonly seq: number;
  readonly outcome: Success | Failure;
}

/**
 * Run it and report `answered`, exactly once and however late. Until then, or until it is given up, it counts as in
 * flight. After `deadlineMs` no requester waits for it: if it has not begun by then it need not, and is answered with
 * `deadline-exceeded`.
 */
export interface RunEffect<W> {
  readonly type: 'run';
  readonly sender: string;
  readonly seq: number;
  readonly replyTopic: string;
  readonly work: W;
  /** As in the request. */
  readonly origin?: string | undefined;
  readonly bytes?: number | undefined;
  /** When it was admitted. This and the deadline are on the driver's clock. */
  readonly sinceMs: number;
  readonly deadlineMs: number;
}

/**
 * The resources that a server may lack: places for requests in flight, memory for their values, entries for requesters,
 * or time for waiting work (then the driver refuses with `overloaded`).
 */
export type Scarce = 'requests' | 'bytes' | 'requesters' | 'time';

/** Tells a requester which of its requests are held here, how many keep the server busy, and which it gives back. */
export interface OwedBeat {
  readonly type: 'beat';
  readonly to: string;
  /** Seqs from, to, from, to, … in order; undefined in a beat that says nothing about held requests. */
  readonly held: readonly number[] | undefined;
  /** Meaningless without `held`. */
  readonly silentMs: number;
  readonly windows?: Readonly<Record<string, number>>;
  /** In the form of `held`. */
  readonly returned?: readonly number[];
  /** Seq, share, seq, share, …: the progress of the held requests that report it. */
  readonly progress?: readonly number[];
  /** This server drains: it keeps the requests in `held`, and may have run those in `returned`. */
  readonly leaving?: true;
}

export type ResponderEffect<W> =
  | RunEffect<W>
  /** It was not answered in time and does not occupy a place any more. Emitted at most once, after its `run`. */
  | {
      readonly type: 'give-up';
      readonly sender: string;
      readonly seq: number;
      readonly replyTopic: string;
      readonly work: W;
    }
  /**
   * No requester waits for it any more: it need not begin, or should end soon. It counts as in flight until `answered`.
   * Emitted at most once, after its `run`.
   */
  | { readonly type: 'cancel'; readonly run: RunEffect<W> }
  /** It was given back to its requester, and must not begin. Emitted at most once, after its `run`. */
  | { readonly type: 'returned'; readonly run: RunEffect<W> }
  /** A request was refused for this reason, for the first time since the start or since `has-room`. */
  | { readonly type: 'full'; readonly what: Scarce }
  /** Nothing has been refused for this reason lately. */
  | {
      readonly type: 'has-room';
      readonly what: Scarce;
      /** From the first refusal to the last one, or until the server was last seen full. */
      readonly forMs: number;
      /** The requests that were refused meanwhile. */
      readonly refused: number;
    }
  | OwedBeat
  /** Consecutive results for one topic and address. The batch decides what else shares their frame. */
  | { readonly type: 'publish'; readonly topic: string; readonly to: string; readonly results: readonly Result[] }
  /** Nothing runs any more. Emitted once, after `drain`. */
  | { readonly type: 'drained' };

export interface ResponderCounters {
  /** Requests that run and are not given up. */
  readonly inFlight: number;
  /** Outcomes since the start, whatever they were, also if they were settled meanwhile. Repetitions do not count. */
  readonly answered: number;
  /** Requests that were given up since the start. */
  readonly givenUp: number;
  /** Outcomes since the start that were dropped, because their request did not run any more. */
  readonly late: number;
  /** Requests whose id was running or remembered, so that they did not run again. */
  readonly repeated: number;
  /** Requests that were refused and did not run, by what the server lacked or by failure code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Remembered outcomes. */
  readonly remembered: number;
  /** Known requesters. */
  readonly requesters: number;
  /** Outcomes that were forgotten for lack of room before they were settled: "at most once" does not hold for them. */
  readonly evictedEarly: number;
}

export interface Responder<W> {
  handle(input: ResponderInput<W>, nowMs: number): readonly ResponderEffect<W>[];
  deadlineMs(): number | undefined;
  counters(): ResponderCounters;
}

/** The bounds, each at least 1; unless given, the limits of the contracts package. */
export interface ResponderConfig<W = unknown> {
  /** The progress of running work, from 0 to 1; undefined before it reports any. Called when a beat is due. */
  readonly shareOf?: ((work: W) => number | undefined) | undefined;
  /** Many bytes wait to leave this process. No answer is repeated then: the first copy may be among them. */
  readonly isCongested?: (() => boolean) | undefined;
  /** The seqs of answers to this requester that are on their way in chunks. They count as held until they have arrived. */
  readonly answersTo?: ((requester: string) => readonly number[]) | undefined;
  readonly handlerGraceMs?: number;
  readonly inFlightMax?: number;
  readonly inFlightBytesMax?: number;
  readonly rememberedMs?: number;
  readonly rememberedMax?: number;
  readonly rememberedBytesMax?: number;
  readonly requestersMax?: number;
}
