/** When this side last knew that bytes pass both ways. */
export interface RoundTrip {
  /** A PING was sent. */
  pinged(nowMs: number): void;
  /** A PONG came. */
  ponged(): void;
  /** Whether a PING that was sent no longer than `withinMs` ago has been answered. */
  isProven(withinMs: number, nowMs: number): boolean;
}

/**
 * The time that counts is that of the PING and not of its PONG: what waited in the kernel while this process stood still
 * says nothing about the link as it is now.
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
