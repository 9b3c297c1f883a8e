/** Records when bytes last passed both ways. */
export interface RoundTrip {
  /** A PING was sent. */
  pinged(nowMs: number): void;
  /** A PONG arrived. */
  ponged(): void;
  /** Whether a PING that was sent at most `withinMs` ago has been answered. */
  isProven(withinMs: number, nowMs: number): boolean;
}

/**
 * The time of the PING counts, not that of its PONG: bytes that waited in the kernel while this process stood still
 * prove nothing about the current state of the link.
 */
export function createRoundTrip(): RoundTrip {
  let openSinceMs: number | undefined;
  let provenAtMs = Number.NEGATIVE_INFINITY;
  return {
    pinged(nowMs) {
      openSinceMs ??= nowMs;
    },
    ponged() {
      provenAtMs = openSinceMs ?? provenAtMs;
      openSinceMs = undefined;
    },
    isProven: (withinMs, nowMs) => nowMs - provenAtMs <= withinMs,
  };
}
