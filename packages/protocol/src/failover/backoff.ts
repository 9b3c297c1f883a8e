/*
 * The backoff: how much silence a takeover requires. A broker that stepped down had taken over needlessly, or its link
 * is bad. A standby that hears its peer only after half of the required silence had nearly taken over needlessly: the
 * peer lives, on a machine that is busy. After either, a takeover requires twice the silence, up to 8 times, until
 * neither has happened for a while (docs/wire.md, "Takeover"). Otherwise, a link that loses most beats, or a busy
 * machine, would make the two brokers alternate.
 */

export interface Backoff {
  /** How often the required silence is doubled. */
  readonly doublings: number;
  /** When it was doubled last. */
  readonly sinceMs: number;
}

export const noBackoff: Backoff = { doublings: 0, sinceMs: 0 };

/** 8 times 200 ms, which is still within the default timeout of a caller. */
const doublingsMax = 3;

export function doubled({ doublings }: Backoff, nowMs: number): Backoff {
  return { doublings: Math.min(doublings + 1, doublingsMax), sinceMs: nowMs };
}

export function calmed(backoff: Backoff, nowMs: number, calmMs: number): Backoff {
  return nowMs - backoff.sinceMs < calmMs ? backoff : noBackoff;
}

export function silenceNeededMs({ doublings }: Backoff, peerLostMs: number): number {
  return peerLostMs * 2 ** doublings;
}
