import type { Failure, ResultReading, Success } from '@cateto/contracts';

/** Who may be asked, and for what: the same for every request of its kind, and made once. */
export interface Target {
  /** Who may be asked: a route of the listener table, or all lanes of an operation together (`anyLaneRoute`). */
  readonly route: string;
  /** Where any lane will do, their routes, the preferred one first. */
  readonly lanes?: readonly string[] | undefined;
  /** The result topic on which the answer comes; an answer on any other is not one. */
  readonly answerRoute: string;
  /** The operation's or formula's name: a server that knows another contract is passed over for this name alone. */
  readonly contract: string;
  /**
   * While nobody fit to ask listens: a client's request is held until somebody does; a calc-server's call fails with
   * `no-listener`, so that it can fall back.
   */
  readonly unheard: 'hold' | 'fail';
  /** Its caller has something better to do than to wait for long: a server that keeps it waiting is passed over though it works. */
  readonly impatient?: boolean | undefined;
  /** The only server to ask, when it is one in particular. */
  readonly pinned?: string | undefined;
}

/** One request, as its caller hands it in. `W` is what the driver needs to write it; the machine never looks inside. */
export interface RequestCall<W> {
  /** Counts up from 1; given by the driver, never used again. */
  readonly seq: number;
  readonly target: Target;
  readonly work: W;
  /** A point on the driver's clock. */
  readonly deadlineMs: number;
  /** Without an answer so long after it was first sent, it settles as `deadline-exceeded`; only the deadline counts unless given. */
  readonly lateMs?: number | undefined;
  /** For whom it is made: where requests wait for room, origins take turns. */
  readonly origin?: string | undefined;
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
  /** Its process has ended, for certain; `listener-down` of its routes need not follow. */
  | { readonly type: 'server-ended'; readonly address: string }
  | { readonly type: 'marker-up'; readonly held: number }
  | { readonly type: 'marker-down'; readonly held: number }
  | { readonly type: 'confirmed' }
  | { readonly type: 'unconfirmed' }
  /** Asked for by `await-turn`: all table changes that had arrived have been handed in. */
  | { readonly type: 'turn-ended' }
  /** Everything open is cancelled, and so is every call that comes after. */
  | { readonly type: 'close' }
  | { readonly type: 'tick' };

/** A server says which requests it has, for how long it may be silent now, and how much it can take. */
export interface BeatInput {
  readonly type: 'beat';
  readonly sender: string;
  /** Seqs from, to, from, to, …, in their order; undefined in a beat that says nothing of them. */
  readonly held: readonly number[] | undefined;
  /** Of no meaning without `held`. */
  readonly silentMs: number;
  /** By contract, as many requests as keep it busy. */
  readonly windows?: Readonly<Record<string, number>> | undefined;
  /** It gives these back: it has not begun them and will not. In the form of `held`. */
  readonly returned?: readonly number[] | undefined;
  /** Seq, share, seq, share, …: how far it is with them. */
  readonly progress?: readonly number[] | undefined;
}

export type RequesterEffect<W> =
  | {
      readonly type: 'send';
      readonly seq: number;
      readonly to: string;
      /** The target's own, or one of its lanes. */
      readonly route: string;
      readonly work: W;
      readonly ttlMs: number;
      /** How often it has been sent, this time included: to whatever server. */
      readonly attempt: number;
    }
  | { readonly type: 'settle'; readonly seq: number; readonly work: W; readonly outcome: Success | Failure }
  /** The server at this address need not work on these any more; to be told after what was sent to it. Losing it harms nothing. */
  | { readonly type: 'cancel'; readonly to: string; readonly seqs: readonly number[] }
  /** The server that has it says how far it is, from 0 to 1. It may be less than before: another server has begun it anew. */
  | { readonly type: 'progress'; readonly seq: number; readonly work: W; readonly share: number }
  /** Hand in `turn-ended` once the subscriptions that have already arrived are taken in. */
  | { readonly type: 'await-turn' };

export interface RequesterConfig {
  /** Numbers in [0, 1): the start of the round-robin and the jitter of repetitions. */
  readonly random: () => number;
  /** A server that leaves a request unanswered for so long is passed over. */
  readonly answerTimeoutMs: number;
  /** Requests open at once, held and in flight; one more settles as `overloaded` at once. */
  readonly openMax?: number;
  /** Requests in flight to one server at once, of those that may be held; more are. */
  readonly perServerMax?: number;
  /** Requests for a contract in flight to a server of which nothing is known yet; 2 unless given. */
  readonly earnedFirst?: number;
  /** Slow requests that are named below `settledBelow`; 64 unless given. */
  readonly stragglersMax?: number;
}

export interface RequesterCounters {
  /** Open requests, held and in flight. */
  readonly open: number;
  /** Of these, the requests that no server has been given yet. */
  readonly held: number;
  readonly sent: number;
  /** Sent again: to the same server or another. */
  readonly resent: number;
  /** Results for which nobody waits any more; repetitions, mostly. */
  readonly stale: number;
  /** Servers of which is kept how long they may be silent. */
  readonly leases: number;
}

export interface Requester<W> {
  handle(input: RequesterInput<W>, nowMs: number): readonly RequesterEffect<W>[];
  /** When it has to be told of the time next: no later than anything is due for an open request. */
  deadlineMs(): number | undefined;
  /** The lowest seq that is not settled, but for stragglers: what every batch tells the servers, so that they can forget the rest. */
  settledBelow(): number;
  /** Slow requests below it that are open, to be told with it; undefined when there are none. */
  stragglers(): readonly number[] | undefined;
  counters(): RequesterCounters;
}
