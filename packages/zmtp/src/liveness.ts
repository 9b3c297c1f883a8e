/** How a connection finds out that the other side is gone without saying so. All in milliseconds. */
export interface Heartbeat {
  /** A PING after so long. */
  readonly intervalMs: number;
  /** Nothing heard for so long: given up. */
  readonly silenceMs: number;
  /** The same from a message on that was sent, until anything is heard: it may have been lost. */
  readonly unconfirmed?: { readonly intervalMs: number; readonly silenceMs: number };
  /** What a PING says of when the other side shall give up; 0 for never. */
  readonly ttlMs: number;
  /** Only who has not been heard for an interval is pinged. */
  readonly onlyIfSilent?: boolean;
  /**
   * A peer that asks to be given up after so long or sooner is pinged at every tick. Then a close by the peer whose last
   * round trip is fresh is the end of its process and not of the link ({@link Peer} `closed`).
   */
  readonly closeWatchTtlMs?: number;
  /** The first PING follows the handshake at once: the other side may end, stop or be cut off before a tick. */
  readonly firstPing?: boolean;
}

/** What is known of whether the other side lives. */
export interface Liveness {
  /** It said something. */
  heard(): void;
  /** It was sent a message. */
  sent(): void;
  /** The handshake is done. `pings` tells whether it answers a PING. */
  ready(pings: boolean): void;
  /** It said after what silence it is to be given up; 0 for never. */
  asked(ttlMs: number): void;
  /** Time has passed: one tick of it, however late. So what this process slept through is nobody's silence. */
  tick(): 'given-up' | 'ping-due' | undefined;
}

/** A handshake takes no longer; in milliseconds. */
const handshakeMs = 1_000;

/** @param tickMs from one `tick` to the next */
export function createLiveness(heartbeat: Heartbeat, tickMs: number): Liveness {
  const ticksOf = (ms: number): number => Math.ceil(ms / tickMs);
  const { unconfirmed = heartbeat } = heartbeat;
  let isReady = false;
  let pings = false;
  /** Ticks since the other side was heard, since the beginning before it is ready, and since it was pinged. */
  let silentTicks = 0;
  let unpingedTicks = 0;
  /** Ticks since a message was sent after which nothing was heard; undefined when there is none. */
  let unconfirmedTicks: number | undefined;
  let ttlMs = 0;

  function isGivenUp(): boolean {
    if (!isReady) return silentTicks > ticksOf(handshakeMs);
    if (ttlMs > 0 && silentTicks > ticksOf(ttlMs)) return true;
    if (!pings) return false;
    return silentTicks > ticksOf(heartbeat.silenceMs) || (unconfirmedTicks ?? 0) > ticksOf(unconfirmed.silenceMs);
  }

  function isPingDue(): boolean {
    if (!isReady || !pings) return false;
    if (ttlMs > 0 && ttlMs <= (heartbeat.closeWatchTtlMs ?? 0)) return true;
    const silent = heartbeat.onlyIfSilent === true ? Math.min(silentTicks, unpingedTicks) : unpingedTicks;
    if (silent >= ticksOf(heartbeat.intervalMs)) return true;
    return Math.min(unconfirmedTicks ?? 0, unpingedTicks) >= ticksOf(unconfirmed.intervalMs);
  }

  return {
    heard() {
      // Who drips is not done with the handshake in time either.
      if (isReady) silentTicks = 0;
      unconfirmedTicks = undefined;
    },
    sent() {
      unconfirmedTicks ??= 0;
    },
    ready(answersPings) {
      isReady = true;
      pings = answersPings;
      silentTicks = 0;
    },
    asked(ms) {
      ttlMs = ms;
    },
    tick() {
      silentTicks += 1;
      unpingedTicks += 1;
      if (unconfirmedTicks !== undefined) unconfirmedTicks += 1;
      if (isGivenUp()) return 'given-up';
      if (!isPingDue()) return undefined;
      unpingedTicks = 0;
      return 'ping-due';
    },
  };
}
