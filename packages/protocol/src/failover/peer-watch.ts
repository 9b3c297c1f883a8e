/*
 * The peer watch: what is known of the other broker, and how certain it is. It decides which beats count, since when
 * the peer is silent, and whether a refused connect is evidence (docs/wire.md, "Takeover").
 *
 * Rules:
 * - A new incarnation replaces what was known of the peer, and the last 8 replaced ones are ignored, because their
 *   beats may still be in flight. But when the current one has missed two beats, a replaced one that beats counts
 *   again. Otherwise a late beat of a dead process would make its living successor a replaced incarnation, ignored for
 *   ever, and both brokers would stay active.
 * - Silence counts only while this broker's own loop runs. It is counted from the start, from every beat that counts,
 *   and from every time the loop was late.
 * - A refusal counts only if nothing was heard since the connect was requested. Otherwise it may concern the peer's
 *   former life, and a new probe is needed. It counts however late the loop is, because on an overloaded computer there
 *   is no other evidence.
 */
import type { PeerBeat } from './types.ts';

export interface PeerWatch {
  /** The peer's last beat that counted. */
  readonly peer: PeerBeat | undefined;
  /** Former incarnations of the peer, the latest last. */
  readonly replaced: readonly string[];
  readonly silentSinceMs: number;
  /** How much a refusal would prove if it came now. */
  readonly probe: 'none' | 'asked' | 'doubtful';
}

const replacedMax = 8;

/** One beat may be lost. A peer that misses two in a row is not the one that beats. */
const missedBeats = 2;

export function watchFrom(nowMs: number): PeerWatch {
  return { peer: undefined, replaced: [], silentSinceMs: nowMs, probe: 'none' };
}

/** @returns what is known after this beat; undefined when the beat does not count */
export function hear(watch: PeerWatch, beat: PeerBeat, nowMs: number, heartbeatMs: number): PeerWatch | undefined {
  const { peer } = watch;
  const missing = nowMs - watch.silentSinceMs >= missedBeats * heartbeatMs;
  if (watch.replaced.includes(beat.incarnation) && !missing) return undefined;
  let replaced = watch.replaced;
  if (peer !== undefined && peer.incarnation !== beat.incarnation) {
    const others = replaced.filter((one) => one !== beat.incarnation);
    replaced = [...others, peer.incarnation].slice(-replacedMax);
  }
  return { peer: beat, replaced, silentSinceMs: nowMs, probe: watch.probe === 'asked' ? 'doubtful' : watch.probe };
}

/** The loop was late, so beats may wait unread. */
export function restartSilence(watch: PeerWatch, nowMs: number): PeerWatch {
  return { ...watch, silentSinceMs: nowMs };
}

export function withProbe(watch: PeerWatch, probe: PeerWatch['probe']): PeerWatch {
  return { ...watch, probe };
}
