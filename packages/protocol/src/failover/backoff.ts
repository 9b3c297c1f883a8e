/*
 * The backoff: how much silence a takeover needs.
 *
 * A broker that stepped down took over too early, or its link is bad; each time it needs twice the silence for its next
 * takeover, up to 8 times, until it has not stepped down for a while (docs/protocol.md, section 5). Without it a
 * link that drops most beats would make the pair change hands several times a second.
 */

export interface Backoff {
  /** Within the time that counts. */
  readonly stepDowns: number;
  readonly steppedDownMs: number;
}

export const noBackoff: Backoff = { stepDowns: 0, steppedDownMs: 0 };

/** Three doublings: 8 times 200 ms is still less than what a caller's default deadline of 5 s can bear. */
const doublingsMax = 3;

export function steppedDown(backoff: Backoff, nowMs: number): Backoff {
  return { stepDowns: Math.min(backoff.stepDowns + 1, doublingsMax), steppedDownMs: nowMs };
}

export function calmed(backoff: Backoff, nowMs: number, calmMs: number): Backoff {
  return backoff.stepDowns > 0 && nowMs - backoff.steppedDownMs >= calmMs ? noBackoff : backoff;
}

export function silenceNeededMs(backoff: Backoff, peerLostMs: number): number {
  return peerLostMs * 2 ** backoff.stepDowns;
}
