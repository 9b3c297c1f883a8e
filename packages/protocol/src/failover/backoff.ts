/*
 * The backoff: how much silence a takeover needs.
 *
 * A broker that stepped down had taken over in vain, or its link is bad. Each time, it needs twice the silence for its
 * next takeover, up to 8 times, until it has not stepped down for a while (docs/wire.md, "Takeover"). Otherwise a
 * link that loses most beats would make the two take turns several times a second.
 */

export interface Backoff {
  /** Doublings of the silence needed. */
  readonly doublings: number;
  readonly steppedDownMs: number;
}

export const noBackoff: Backoff = { doublings: 0, steppedDownMs: 0 };

/** 8 times 200 ms: still within what a caller waits by default. */
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
