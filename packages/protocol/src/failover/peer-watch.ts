/*
 * The peer watch: what is known of the other broker, and how well.
 *
 * Decides which beats count, how long the peer has been silent, and whether a refused connect is evidence
 * (docs/protocol.md, section 5, "Heartbeats").
 *
 * Rules kept:
 * - A new incarnation replaces what was known of the peer. The last 8 replaced ones are ignored: what they said last may
 *   still be on its way. But when the present one has been silent for two heartbeats, a replaced one that beats counts
 *   again. Otherwise one belated beat of a process that died unheard would make its living successor a replaced one,
 *   ignored for ever, and both brokers would stay active.
 * - Silence counts only while this broker's own loop runs: the clock restarts at the start, at every beat that counts and
 *   whenever the loop was late.
 * - A refusal counts only if nothing was heard between the probe and its answer, and the loop was not late in between.
 *   Otherwise it may be about the peer's former life, and the probe is made again.
 */
import type { PeerBeat } from './types.ts';

export interface PeerWatch {
  /** Its last beat that counted. */
  readonly peer: PeerBeat | undefined;
  /** Incarnations that were the peer before, the latest last. */
  readonly replaced: readonly string[];
  readonly silentSinceMs: number;
  readonly refused: boolean;
  /** A probe is on its way; `doubtful`: its answer may be outdated when it comes. */
  readonly probe: 'none' | 'asked' | 'doubtful';
}

const replacedMax = 8;
/** One beat may be lost or late; two in a row mean that whoever should have sent them does not. */
const beatsMissed = 2;

export function watchFrom(nowMs: number): PeerWatch {
  return { peer: undefined, replaced: [], silentSinceMs: nowMs, refused: false, probe: 'none' };
}

/** @returns what is known after this beat; the same object when it does not count */
export function hear(watch: PeerWatch, beat: PeerBeat, nowMs: number, heartbeatMs: number): PeerWatch {
  const { peer, replaced } = watch;
  const known = replaced.includes(beat.incarnation);
  if (known && nowMs - watch.silentSinceMs < beatsMissed * heartbeatMs) return watch;
  const isNew = peer !== undefined && peer.incarnation !== beat.incarnation;
  return {
    peer: beat,
    replaced: isNew
      ? [...replaced.filter((one) => one !== beat.incarnation), peer.incarnation].slice(-replacedMax)
      : replaced,
    silentSinceMs: nowMs,
    refused: false,
    probe: doubted(watch.probe),
  };
}

/** The loop was late: what it did not hear meanwhile may be waiting unread. */
export function restartSilence(watch: PeerWatch, nowMs: number): PeerWatch {
  return { ...watch, silentSinceMs: nowMs, probe: doubted(watch.probe) };
}

function doubted(probe: PeerWatch['probe']): PeerWatch['probe'] {
  return probe === 'none' ? 'none' : 'doubtful';
}
