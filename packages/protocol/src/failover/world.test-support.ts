/*
 * The world of the explorer: two brokers, a link in each direction, and what may go wrong with them. It is immutable
 * plain data; a step creates the next world.
 */
import { advance } from './failover.ts';
import type { FailoverState } from './state.ts';
import { createdState } from './state.ts';
import type { FailoverConfig, FailoverEffect, FailoverInput, PeerBeat, Rank } from './types.ts';

export const stepMs = 25;

/** The machine that the explorer runs, real or mutated. */
export type Advance = (
  config: FailoverConfig,
  own: FailoverState,
  input: FailoverInput,
  nowMs: number,
) => readonly FailoverEffect[];

export const machine: Advance = advance;

export interface Broker {
  readonly life: 'down' | 'running' | 'hung';
  /** Its heartbeat socket is only read when it asks for that. */
  readonly starved: boolean;
  /** It is in its first turn after a hang. */
  readonly waking: boolean;
  readonly births: number;
  readonly config: FailoverConfig;
  readonly own: FailoverState;
  /** Messages that have arrived and are unread. */
  readonly inbox: readonly PeerBeat[];
  readonly linkBroke: boolean;
  /** A connect was refused, and the answer is in flight to the broker. */
  readonly refusal: boolean;
  /** The highest epoch that it has read since it started. */
  readonly heardMax: number;
  /** The incarnations that it has read since it started, the last one last. */
  readonly met: readonly string[];
}

/** The link from the peer to the broker of the same index. */
export interface Link {
  readonly mode: 'up' | 'cut' | 'stalled';
  readonly flight: readonly PeerBeat[];
  /** Beats of a former incarnation, still in flight. */
  readonly ghosts: readonly PeerBeat[];
  /** The number of the incarnation to which the receiver is connected; 0 when there is none. */
  readonly connected: number;
  /**
   * For how many steps everything that the peer sends has arrived, except when the receiver could not read it for
   * reasons other than its own hang; and for how many steps it has been read at once. Counts up to `cleanStepsOf`.
   */
  readonly arriving: number;
  readonly clean: number;
}

export type Pair<T> = readonly [T, T];
export type Index = 0 | 1;

export interface World {
  readonly nowMs: number;
  readonly brokers: Pair<Broker>;
  readonly links: Pair<Link>;
}

export type Event =
  | { readonly is: 'none' }
  | { readonly is: 'start' | 'crash' | 'hang' | 'wake' | 'starve' | 'feed' | 'leave'; readonly broker: Index }
  /** The refusal arrives. */
  | { readonly is: 'refuse'; readonly broker: Index }
  /** Beats are lost; are held back; pass again. The old beats arrive. */
  | { readonly is: 'cut' | 'stall' | 'heal' | 'haunt'; readonly link: Index };

/** A change of state in a step. */
export interface Change {
  readonly broker: Index;
  readonly effect: Extract<FailoverEffect, { type: 'activate' | 'deactivate' | 'stop' }>;
  /** The broker, the other broker, and the links to both at that moment. */
  readonly own: Broker;
  readonly peer: Broker;
  readonly incoming: Link;
  readonly outgoing: Link;
  /** Whether it forwarded subscriptions before. */
  readonly forwarded: boolean;
}

/** The loss time and two beats more. After this time, nothing of the past excuses anything. */
export function cleanStepsOf({ peerLostMs, heartbeatMs }: FailoverConfig): number {
  return (peerLostMs + 2 * heartbeatMs) / stepMs;
}

export interface WorldOptions {
  readonly ranks: Pair<Rank>;
  readonly advance: Advance;
  readonly peerLostMs: number;
  readonly leaveMs: number;
  readonly calmMs: number;
}

export function emptyWorld({ ranks, ...options }: WorldOptions): World {
  const broker = (index: Index): Broker => ({
    life: 'down',
    starved: false,
    waking: false,
    births: 0,
    config: {
      rank: ranks[index],
      address: `${index === 0 ? 'a' : 'b'}ddress00000`,
      incarnation: '',
      hasPeer: true,
      heartbeatMs: 2 * stepMs,
      peerLostMs: options.peerLostMs,
      leaveMs: options.leaveMs,
      calmMs: options.calmMs,
    },
    own: createdState(),
    inbox: [],
    linkBroke: false,
    refusal: false,
    heardMax: 0,
    met: [],
  });
  const link: Link = { mode: 'up', flight: [], ghosts: [], connected: 0, arriving: 0, clean: 0 };
  return { nowMs: 0, brokers: [broker(0), broker(1)], links: [link, link] };
}

export function otherOf(index: Index): Index {
  return index === 0 ? 1 : 0;
}
