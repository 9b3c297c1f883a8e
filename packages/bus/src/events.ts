import type { Lane } from '@cateto/contracts';

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
