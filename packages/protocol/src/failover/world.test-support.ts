/*
 * The world of the explorer: two brokers, a link in each direction, and what may go wrong with them. It is plain data and
 * never changed: a step makes the next one.
 */
import { advance } from './failover.ts';
import type { FailoverState } from './state.ts';
import { createdState } from './state.ts';
import type { FailoverConfig, FailoverEffect, FailoverInput, PeerBeat, Rank } from './types.ts';

export const stepMs = 25;

/** What the explorer runs: the machine, or a mutant of it. */
export type Advance = (
  config: FailoverConfig,
  own: FailoverState,
  input: FailoverInput,
  nowMs: number,
) => readonly FailoverEffect[];

export const machine: Advance = advance;

export interface Broker {
  readonly life: 'down' | 'running' | 'hung';
  /** Its heartbeat socket is not read unless it asks for that. */
  readonly starved: boolean;
  /** In its first turn after a hang. */
  readonly waking: boolean;
  readonly births: number;
  readonly config: FailoverConfig;
  readonly own: FailoverState;
  /** What has arrived and is not read. */
  readonly inbox: readonly PeerBeat[];
  readonly linkBroke: boolean;
  /** A connect was refused; the answer is on its way to it. */
  readonly refusal: boolean;
  /** What it read in this life: the highest epoch, and the incarnations, the last one last. */
  readonly heardMax: number;
  readonly met: readonly string[];
}

/** From the peer to the broker of the same index. */
export interface Link {
  readonly mode: 'up' | 'cut' | 'stalled';
  readonly flight: readonly PeerBeat[];
  /** Sent by a former incarnation, still on its way. */
  readonly ghosts: readonly PeerBeat[];
  /** The incarnation, by number, that the receiver's connection leads to; 0 when there is none. */
  readonly connected: number;
  /**
   * For how many steps whatever the peer sends has been arriving, unless the receiver could not read it for other reasons
   * than its own hanging; and for how many it has been read at once. Counted up to `cleanStepsOf`.
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
  /** The refusal comes in. */
  | { readonly is: 'refuse'; readonly broker: Index }
  /** What is sent is lost; is held back; passes again. The ghosts arrive. */
  | { readonly is: 'cut' | 'stall' | 'heal' | 'haunt'; readonly link: Index };

/** A change of state in a step. */
export interface Change {
  readonly broker: Index;
  readonly effect: Extract<FailoverEffect, { type: 'activate' | 'deactivate' | 'stop' }>;
  /** It, the other broker and the links to it and to the other one at that moment. */
  readonly own: Broker;
  readonly peer: Broker;
  readonly incoming: Link;
  readonly outgoing: Link;
  /** Whether it forwarded subscriptions before. */
  readonly forwarded: boolean;
}

/** The loss time and two beats more: after so long nothing of the past excuses anything. */
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
