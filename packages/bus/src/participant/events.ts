import type { Lane } from '@cateto/contracts';
import type { Scarce } from '@cateto/protocol';

/**
 * Events of a participant or a broker that an operator may want to know. The bus has no logger: it reports them to the
 * code that opened it.
 */
export type BusEvent =
  | { readonly event: 'ready'; readonly address: string; readonly ports?: BrokerPorts }
  /** `silentMs`: how long ago the other broker was heard last; missing when it was not heard. */
  | { readonly event: 'active'; readonly epoch: number; readonly cause: string; readonly silentMs?: number }
  | { readonly event: 'standby'; readonly epoch: number; readonly cause: string }
  /** A broker hears the other one: its state, and the epoch in which it is or was active. */
  | {
      readonly event: 'broker-up';
      readonly rank: string;
      readonly address: string;
      readonly state: string;
      readonly epoch: number;
    }
  /** A broker does not hear the other one any more. It was heard last `silentMs` ago. */
  | {
      readonly event: 'broker-down';
      readonly rank: string;
      readonly address: string;
      readonly cause: 'silent' | 'refused' | 'replaced' | 'left';
      readonly silentMs: number;
    }
  /** A server reaches no active broker any more. */
  | { readonly event: 'active-broker-lost' }
  /** A server reaches an active broker again, and answers reach the server. */
  | { readonly event: 'active-broker-reached'; readonly afterMs: number }
  /** A calc-server computed an operation itself, `count` times since the last report. */
  | {
      readonly event: 'fallback';
      readonly operation: string;
      readonly lane: Lane;
      readonly cause: string;
      readonly count: number;
    }
  /** A server that this participant uses listens on these routes, or stops listening. A broker tells of every server. */
  | {
      readonly event: 'listener-up' | 'listener-down';
      readonly address: string;
      readonly routes: readonly string[];
      /** The broker knows that the server's process has ended. */
      readonly ended?: true;
    }
  /** This number of further servers came or went in the last second: too many to report each. */
  | { readonly event: 'listeners-changed'; readonly count: number }
  /**
   * A server has refused requests because the requester has another version of a contract, or a formula that the server
   * does not know; `count` since the last report.
   */
  | { readonly event: 'contract-refused'; readonly name: string; readonly cause: string; readonly count: number }
  /** From now on requests are refused, because the server lacks something. */
  | {
      readonly event: 'server-full';
      /**
       * The bound that is reached. `requests`: requests in flight. `bytes`: the memory of their values. `requesters`:
       * requesters with requests in flight. `time`: the time that a new request would wait.
       */
      readonly what: Scarce;
      readonly inFlight: number;
    }
  /** How long the server was full, and how many requests it refused meanwhile. It has refused none for two seconds. */
  | {
      readonly event: 'server-has-room';
      readonly what: Scarce;
      readonly inFlight: number;
      readonly forMs: number;
      readonly refused: number;
    }
  /**
   * A handler has not settled a second after its deadline, `count` times since the last report; `topic` is that of the
   * answer.
   */
  | { readonly event: 'request-given-up'; readonly topic: string; readonly count: number }
  /**
   * Code of an operation or formula threw, or returned what does not fit its contract. `message`, `stack` and `id` are
   * those of the last of `count` faults since the last report.
   */
  | {
      readonly event: 'handler-failed';
      /** The name of the operation or formula. */
      readonly name: string;
      readonly part: 'handler' | 'plan' | 'combine' | 'generator';
      /** The request's id, for people. */
      readonly id: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly count: number;
    }
  /** A handler wrote a line for its request. */
  | { readonly event: 'handler-log'; readonly name: string; readonly id: string; readonly message: string }
  /** An operation's handler was seen to block for this long, and runs there from now on. */
  | {
      readonly event: 'handler-moved';
      readonly operation: string;
      readonly to: 'threads' | 'loop';
      readonly blockedMs: number;
    }
  /** A thread for handlers has ended or did not start, and is replaced. Without an operation, no handler ran in it. */
  | { readonly event: 'thread-failed'; readonly operation?: string; readonly cause: string }
  | { readonly event: 'message-dropped'; readonly topic: string; readonly cause: string; readonly count: number }
  /** A broker refuses connections. */
  | { readonly event: 'connections-refused'; readonly cause: string }
  /** The attempts to connect to a broker have failed for this long; the last one for this cause. */
  | {
      readonly event: 'broker-unreachable';
      /** The host and port that were dialled. */
      readonly broker: string;
      readonly cause: string;
      readonly forMs: number;
    }
  /** A connection to a broker was lost `count` times in the last `forMs`; the last time for this cause. */
  | {
      readonly event: 'link-unstable';
      /** The host and port that were dialled. */
      readonly broker: string;
      readonly cause: string;
      readonly count: number;
      readonly forMs: number;
    }
  /** A broker is not reached because its keys and those of this program do not fit. */
  | { readonly event: 'keys-differ'; readonly broker: string; readonly cause: string }
  /** A broker that was reported is reached. */
  | { readonly event: 'broker-reached'; readonly broker: string; readonly afterMs: number }
  /** Connections of this key were established, `count` since the last report. */
  | { readonly event: 'peer-accepted'; readonly name: string; readonly count: number }
  /**
   * A broker refused connections, messages or subscriptions of a key, or cut its connections, `count` since the last
   * report. `name` is that of the access list, or a public key that it does not have.
   */
  | {
      readonly event: 'peer-refused' | 'right-refused' | 'peer-cut';
      readonly name: string;
      readonly cause: string;
      readonly count: number;
    }
  /** A broker uses the changed access list, which has that many keys. */
  | { readonly event: 'access-reloaded'; readonly keys: number }
  /** A broker cannot read the changed access list, and keeps the one from before. */
  | { readonly event: 'access-unreadable'; readonly message: string }
  /** The configurations of two parts of the system contradict each other. */
  | { readonly event: 'misconfigured'; readonly message: string }
  | { readonly event: 'draining' }
  | { readonly event: 'stopped' };

export interface BrokerPorts {
  readonly publish: number;
  readonly subscribe: number;
  readonly heartbeat: number;
}

export type OnEvent = (event: BusEvent) => void;
