import type { Lane } from '@cateto/contracts';
import type { Scarce } from '@cateto/protocol';

/**
 * What happens in a participant or a broker that an operator may want to know. The bus has no logger: it reports to
 * whoever opened it.
 */
export type BusEvent =
  | { readonly event: 'ready'; readonly address: string; readonly ports?: BrokerPorts }
  | { readonly event: 'active' | 'standby'; readonly epoch: number; readonly cause: string }
  /** An operation was computed by the calc-server itself; `count` times since the last report. */
  | {
      readonly event: 'fallback';
      readonly operation: string;
      readonly lane: Lane;
      readonly cause: string;
      readonly count: number;
    }
  /** A server that is asked from here listens, or listens no more, on these routes. */
  | {
      readonly event: 'listener-up' | 'listener-down';
      readonly address: string;
      readonly routes: readonly string[];
    }
  /** Requests are refused from now on, because the server lacks something. */
  | {
      readonly event: 'server-full';
      /**
       * `requests`: as many are in flight as may be. `requesters`: as many have requests in flight as may. `time`: what waits
       * already would take too long.
       */
      readonly what: Scarce;
      readonly inFlight: number;
    }
  /** It has been full for so long and refused so many; for two seconds now it has refused none. */
  | {
      readonly event: 'server-has-room';
      readonly what: Scarce;
      readonly inFlight: number;
      readonly forMs: number;
      readonly refused: number;
    }
  /** A handler had not settled a second after the deadline; `topic` is that of the answer. So many since the last report. */
  | { readonly event: 'request-given-up'; readonly topic: string; readonly count: number }
  /**
   * Code of an operation or formula threw, or gave what does not fit its contract; `message`, `stack` and `id` are those of the last of
   * `count` since the last report.
   */
  | {
      readonly event: 'handler-failed';
      /** Of the operation or formula. */
      readonly name: string;
      readonly part: 'handler' | 'plan' | 'combine';
      /** Of the request, as people see it. */
      readonly id: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly count: number;
    }
  /** A handler wrote a line for its request. */
  | { readonly event: 'handler-log'; readonly name: string; readonly id: string; readonly message: string }
  /** An operation's handler was seen to block for so long, and runs there from now on. */
  | {
      readonly event: 'handler-moved';
      readonly operation: string;
      readonly to: 'threads' | 'loop';
      readonly blockedMs: number;
    }
  /** A thread that ran handlers has ended, or did not start; there is a new one. Without an operation none was running in it. */
  | { readonly event: 'thread-failed'; readonly operation?: string; readonly cause: string }
  | { readonly event: 'message-dropped'; readonly topic: string; readonly cause: string; readonly count: number }
  /** A broker turns away who connects. */
  | { readonly event: 'connections-refused'; readonly cause: string }
  /** Two parts of the system cannot be meant to run as they do. */
  | { readonly event: 'misconfigured'; readonly message: string }
  | { readonly event: 'draining' }
  | { readonly event: 'stopped' };

export interface BrokerPorts {
  readonly publish: number;
  readonly subscribe: number;
  readonly heartbeat: number;
}

export type OnEvent = (event: BusEvent) => void;
