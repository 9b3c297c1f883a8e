/*
 * The backoff: how much silence a takeover requires. A broker that stepped down had taken over needlessly, or its link
 * is bad. After each step down it requires twice the silence for its next takeover, up to 8 times, until it has not
 * stepped down for a while (docs/wire.md, "Takeover"). Otherwise, a link that loses most beats would make the two
 * brokers alternate several times a second.
 */

export interface Backoff {
  /** How often the required silence is doubled. */
  readonly doublings: number;
  readonly steppedDownMs: number;
}

export const noBackoff: Backoff = { doublings: 0, steppedDownMs: 0 };

/** 8 times 200 ms, which is still within the default timeout of a caller. */
const doublingsMax = 3;

export function steppedDown({ doublings }: Backoff, nowMs: number): Backoff {
  return { doublings: Math.min(doublings + 1, doublingsMax), steppedDownMs: nowMs };
}

export function calmed(backoff: Backoff, nowMs: number, calmMs: number): Backoff {
  return nowMs - backoff.steppedDownMs < calmMs ? backoff : noBackoff;
}

export function silenceNeededMs({ doublings }: Backoff, peerLostMs: number): number {
  return peerLostMs * 2 ** doublings;
}
