/*
 * The memory of the failover: everything that a broker remembers between two inputs, as plain data, and what follows
 * from it alone. Names in `Ms` are points in time.
 */
import type { Backoff } from './backoff.ts';
import { noBackoff, silenceNeededMs } from './backoff.ts';
import type { PeerWatch } from './peer-watch.ts';
import { watchFrom } from './peer-watch.ts';
import type { BrokerState, FailoverConfig } from './types.ts';

export interface FailoverState {
  phase: 'created' | BrokerState | 'stopped';
  /** The epoch of the last marker; 0 before the first. */
  epoch: number;
  /** The highest epoch used or heard. */
  epochMax: number;
  watch: PeerWatch;
  backoff: Backoff;
  beatDueMs: number;
  /**
   * When to request the reading of the heartbeat socket again if no answer has come; undefined when none is awaited.
   */
  readAgainMs: number | undefined;
  leaveDueMs: number;
  ownBeatsHeard: boolean;
}

export function createdState(): FailoverState {
  return {
    phase: 'created',
    epoch: 0,
    epochMax: 0,
    watch: watchFrom(0),
    backoff: noBackoff,
    beatDueMs: 0,
    readAgainMs: undefined,
    leaveDueMs: Number.POSITIVE_INFINITY,
    ownBeatsHeard: false,
  };
}

export function deadlineOf(config: FailoverConfig, own: FailoverState): number | undefined {
  if (own.phase === 'created' || own.phase === 'stopped') return undefined;
  return Math.min(own.beatDueMs, own.leaveDueMs, readDueMs(config, own));
}

/** When to read the heartbeat socket because the peer has been silent for long enough. */
export function readDueMs({ hasPeer, peerLostMs }: FailoverConfig, own: FailoverState): number {
  if (own.phase !== 'standby' || !hasPeer) return Number.POSITIVE_INFINITY;
  return own.readAgainMs ?? own.watch.silentSinceMs + silenceNeededMs(own.backoff, peerLostMs);
}

export function stateTold({ phase }: FailoverState): BrokerState {
  if (phase === 'created') return 'standby';
  return phase === 'stopped' ? 'leaving' : phase;
}

export function epochTold({ phase, epoch, epochMax }: FailoverState): number {
  return phase === 'active' ? epoch : epochMax;
}
