import type { Failure, ResultReading, Success } from '@cateto/contracts';

/** Which servers may get a request, and for what. It is the same for every request of its kind, and created once. */
export interface Target {
  /**
   * The servers that may get it: a route of the listener table, or all lanes of an operation together (`anyLaneRoute`).
   */
  readonly route: string;
  /** If any lane will do, their routes, the preferred one first. */
  readonly lanes?: readonly string[] | undefined;
  /** The topic of the answer. An answer on any other topic does not count. */
  readonly answerRoute: string;
  /** The name of the operation or formula. A server with another contract is avoided for this name alone. */
  readonly contract: string;
  /**
   * The fate of a request while no suitable server listens: a client's request is held until one does; a calc-server's call
   * fails with `no-listener`, so that it can fall back.
   */
  readonly unheard: 'hold' | 'fail';
  /**
   * Its caller has an alternative to waiting for long: a server that keeps it waiting is passed over although it works.
   */
  readonly impatient?: boolean | undefined;
  /** The only server that may get it, if there is only one. */
  readonly pinned?: string | undefined;
}

/**
 * One request, as its caller passes it in. `W` is what the driver needs to write it; the machine never looks inside.
 */
export interface RequestCall<W> {
  /** Counts up from 1; assigned by the driver and never used again. */
  readonly seq: number;
  readonly target: Target;
  readonly work: W;
  /** A time on the driver's clock. */
  readonly deadlineMs: number;
  /**
   * The request settles as `deadline-exceeded` if no answer has come this long after it was first sent. Unless given,
   * only the deadline counts.
   */
  readonly lateMs?: number | undefined;
  /** On whose behalf it is sent: where requests wait for room, origins take turns. */
  readonly origin?: string | undefined;
  /** An upper bound of the size of its values, if they are large; unless given, they do not count. */
  readonly bytes?: number | undefined;
  /** The same for its answer, as far as is known. */
  readonly answerBytes?: number | undefined;
}

export type RequesterInput<W> =
  | { readonly type: 'call'; readonly call: RequestCall<W> }
  | { readonly type: 'cancel'; readonly seq: number }
  | {
      readonly type: 'results';
      readonly sender: string;
      readonly answerRoute: string;
      readonly results: readonly ResultReading[];
    }
  | { readonly type: 'listener-up'; readonly route: string; readonly address: string }
  | { readonly type: 'listener-down'; readonly route: string; readonly address: string }
  | BeatInput
  /** Its process has certainly ended. A `listener-down` of its routes need not follow. */
  | { readonly type: 'server-ended'; readonly address: string }
  | { readonly type: 'marker-up'; readonly held: number }
  | { readonly type: 'marker-down'; readonly held: number }
  | { readonly type: 'confirmed' }
  | { readonly type: 'unconfirmed' }
  /** The answer to `prove-path`. */
  | { readonly type: 'path-proven'; readonly proof: number }
  /** The answer to `await-turn`: all table changes that had arrived have been reported. */
  | { readonly type: 'turn-ended' }
  /** All messages that waited to leave have left. */
  | { readonly type: 'drained' }
  /** Cancels everything that is open, and every later call. */
  | { readonly type: 'close' }
  | { readonly type: 'tick' };

/** A server says which requests it has, how long it may be silent now, and how much it can take. */
export interface BeatInput {
  readonly type: 'beat';
  readonly sender: string;
  /** Seqs from, to, from, to, … in order; undefined in a beat that says nothing about held requests. */
  readonly held: readonly number[] | undefined;
  /** Meaningless without `held`. */
  readonly silentMs: number;
  /** By contract, how many requests keep it busy. */
  readonly windows?: Readonly<Record<string, number>> | undefined;
  /** It gives these back. In the form of `held`. */
  readonly returned?: readonly number[] | undefined;
  /** The server drains: it keeps the requests in `held`, and may have run those in `returned`. */
  readonly leaving?: true | undefined;
  /** Seq, share, seq, share, …: its progress with them. */
  readonly progress?: readonly number[] | undefined;
}

export type RequesterEffect<W> =
  | {
      readonly type: 'send';
      readonly seq: number;
      readonly to: string;
      /** The route of the target, or one of its lanes. */
      readonly route: string;
      readonly work: W;
      readonly ttlMs: number;
      /** How often it has been sent to any server, this time included. */
      readonly attempt: number;
      /** On whose behalf it is sent, if requests may wait at the server: there, origins take turns too. */
      readonly origin: string | undefined;
    }
  | { readonly type: 'settle'; readonly seq: number; readonly work: W; readonly outcome: Success | Failure }
  /** The server at this address need not work on these any more. Send it after the requests. Losing it does no harm. */
  | { readonly type: 'cancel'; readonly to: string; readonly seqs: readonly number[] }
  /**
   * The server reported its progress, from 0 to 1. The value falls when another server has started the request again.
   */
  | { readonly type: 'progress'; readonly seq: number; readonly work: W; readonly share: number }
  /** Publish a hello, and report `path-proven` when it has come back. It may be lost. */
  | { readonly type: 'prove-path'; readonly proof: number }
  /** Report `turn-ended` when the subscriptions that have already arrived are processed. */
  | { readonly type: 'await-turn' };

export interface RequesterConfig {
  /** Numbers in [0, 1): for the start of the round-robin and the spread of resends. */
  readonly random: () => number;
  /** A server that leaves a request unanswered for so long is passed over. */
  readonly answerTimeoutMs: number;
  /** The most open requests, held and in flight. Further ones settle as `overloaded` at once. */
  readonly openMax?: number;
  /** The most requests in flight to one server, of those that may be held; others exceed it. */
  readonly perServerMax?: number;
  /** The most bytes of large requests in flight to one server. A request that is larger by itself is sent alone. */
  readonly perServerBytesMax?: number;
  /** The most bytes of those that were sent within the last 100 ms. Here an expected answer counts as well. */
  readonly pacedBytesMax?: number;
  /**
   * For tests: the most requests for a contract in flight to a server that has answered none of them. Every server then
   * counts as heard. Unless given, a server may have 1 until it is heard, and 2 from then on.
   */
  readonly earnedFirst?: number | undefined;
  /** The most slow requests that are named below `settledBelow`; unless given, 64. */
  readonly stragglersMax?: number;
  /** The brokers that are not reached, each with the reason, for the failures of requests that could not be sent. */
  readonly unreached?: () => readonly string[];
  /**
   * Many bytes wait to leave this process. Until `drained`, no request is sent for the first time, and none is repeated
   * because of silence: its copy would wait behind the first one.
   */
  readonly isCongested?: (() => boolean) | undefined;
  /** The chunks of this request are on their way to the server, which confirms them. It is not resent meanwhile. */
  readonly isSending?: ((server: string, seq: number) => boolean) | undefined;
  /**
   * Chunks of large messages go to this server and are confirmed, or come from it. A small request and its answer wait
   * behind them, so its silence means nothing for a while.
   */
  readonly isUnderway?: ((server: string) => boolean) | undefined;
}

/**
 * Why a request was sent again: its server was silent; no server had it, or its server does not listen any more; another
 * broker is active, or the return path was lost; the server says that it does not have it, or gave it back; or an answer
 * showed that it was refused, or that a server has room for it again.
 */
export type RetryCause = 'silence' | 'server-lost' | 'broker-changed' | 'not-held' | 'refused';

export interface RequesterCounters {
  /** Open requests, held and in flight. */
  readonly open: number;
  /** The open requests that no server has yet. */
  readonly held: number;
  readonly sent: number;
  /** Resends, to the same server or another. */
  readonly resent: number;
  /** How often a request was sent again, by cause. */
  readonly retries: Readonly<Record<RetryCause, number>>;
  /** Results for which no request waits any more, mostly repetitions. */
  readonly stale: number;
  /** Servers with a lease. */
  readonly leases: number;
}

export interface Requester<W> {
  handle(input: RequesterInput<W>, nowMs: number): readonly RequesterEffect<W>[];
  /** When it needs the next tick: no later than anything is due for an open request. */
  deadlineMs(): number | undefined;
  /**
   * The lowest seq that is not settled, apart from stragglers. Every batch tells it to servers, so that they can forget
   * the requests below.
   */
  settledBelow(): number;
  /** Slow open requests below it, which are sent with it; undefined when there are none. */
  stragglers(): readonly number[] | undefined;
  counters(): RequesterCounters;
  /** How many requests are open, held and in flight. */
  open(): number;
}
