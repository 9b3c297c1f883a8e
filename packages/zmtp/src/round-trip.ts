/** Records when bytes last passed both ways, and how long they take. */
export interface RoundTrip {
  /** A connection was established. Signs of life on earlier connections do not count for it. */
  begin(): void;
  /** A PING was sent. */
  pinged(nowMs: number): void;
  /** A PONG arrived. @returns how long its round trip took; undefined when it answers no PING */
  ponged(nowMs: number): number | undefined;
  /** Whether a PING that was sent at most `withinMs` ago has been answered. */
  isProven(withinMs: number, nowMs: number): boolean;
  /** The last few round trips; undefined before the first. */
  recent(): RoundTripMs | undefined;
}

/** The last few round trips of a connection. */
export interface RoundTripMs {
  /** The others may have waited for a process that stood still. */
  readonly shortest: number;
  /** They may also have waited behind other bytes. */
  readonly longest: number;
}

/** Four are enough to contain one in which neither side stood still. */
const samplesMax = 4;

/**
 * The time of the PING counts, not that of its PONG: bytes that waited in the kernel while this process stood still
 * prove nothing about the current state of the link.
 */
export function createRoundTrip(): RoundTrip {
  let openSinceMs: number | undefined;
  let provenAtMs = Number.NEGATIVE_INFINITY;
  const samples: number[] = [];
  return {
    begin() {
      openSinceMs = undefined;
      provenAtMs = Number.NEGATIVE_INFINITY;
    },
    pinged(nowMs) {
      openSinceMs ??= nowMs;
    },
    ponged(nowMs) {
      if (openSinceMs === undefined) return undefined;
      provenAtMs = openSinceMs;
      const tookMs = nowMs - openSinceMs;
      openSinceMs = undefined;
      if (samples.push(tookMs) > samplesMax) samples.shift();
      return tookMs;
    },
    isProven: (withinMs, nowMs) => nowMs - provenAtMs <= withinMs,
    recent: () =>
      samples.length === 0 ? undefined : { shortest: Math.min(...samples), longest: Math.max(...samples) },
  };
}
