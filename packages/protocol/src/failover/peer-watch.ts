/*
 * The peer watch: what is known of the other broker, and how well.
 *
 * Decides which beats count, since when the peer is silent, and whether a refused connect is evidence (docs/wire.md, "Takeover").
 *
 * Rules kept:
 * - A new incarnation replaces what was known of the peer, and the last 8 replaced ones are ignored: what they said may
 *   still be on its way. But when the present one has missed two beats, a replaced one that beats counts again.
 *   Otherwise a belated beat of a process that died unheard would make its living successor a replaced one, ignored for
 *   ever, and both brokers would stay active.
 * - Silence counts only while this broker's own loop runs: its clock restarts at the start, with every beat that counts,
 *   and whenever the loop was late.
 * - A refusal counts only if nothing was heard since the connect was asked for. Otherwise it may tell of the peer's
 *   former life, and it takes a new one. It counts however late the loop is: on a starved computer it is all there is.
 */
import type { PeerBeat } from './types.ts';

export interface PeerWatch {
  /** Its last beat that counted. */
  readonly peer: PeerBeat | undefined;
  /** Incarnations that were the peer before, the latest last. */
  readonly replaced: readonly string[];
  readonly silentSinceMs: number;
  /** What a refusal would be worth that comes now. */
  readonly probe: 'none' | 'asked' | 'doubtful';
}

const replacedMax = 8;

/** One beat may be lost; who misses two in a row is not the one who beats. */
const missedBeats = 2;

export function watchFrom(nowMs: number): PeerWatch {
  return { peer: undefined, replaced: [], silentSinceMs: nowMs, probe: 'none' };
}

/** @returns what is known after this beat; undefined when it does not count */
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

/** The loop was late: what it did not hear meanwhile may be waiting unread. */
export function restartSilence(watch: PeerWatch, nowMs: number): PeerWatch {
  return { ...watch, silentSinceMs: nowMs };
}

export function withProbe(watch: PeerWatch, probe: PeerWatch['probe']): PeerWatch {
  return { ...watch, probe };
}
