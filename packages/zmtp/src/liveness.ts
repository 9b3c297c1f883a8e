/** How a connection detects a peer that is gone without closing. All times in milliseconds. */
export interface Heartbeat {
  /** The time from one PING to the next. */
  readonly intervalMs: number;
  /** The connection is given up after this time without any bytes from the peer. */
  readonly silenceMs: number;
  /** The same two times after a message was sent and until any bytes arrive: the message may have been lost. */
  readonly unconfirmed?: { readonly intervalMs: number; readonly silenceMs: number };
  /** The time to live in our PINGs: after this silence the peer should give us up; 0 for never. */
  readonly ttlMs: number;
  /** Send PINGs only to peers that have been silent for an interval. */
  readonly onlyIfSilent?: boolean;
  /**
   * A peer whose own PINGs carry a time to live of at most `ttlMs` is pinged every `intervalMs`. If such a peer closes
   * while its last round trip is fresh, its process has ended, and the link is not the cause ({@link Peer} `closed`).
   */
  readonly closeWatch?: { readonly ttlMs: number; readonly intervalMs: number };
  /**
   * Answer PINGs at the next tick, together with all else that is due then. An answer to each PING by itself was a
   * third of what an idle broker wrote.
   */
  readonly pongsAtTick?: boolean;
  /**
   * Send the first PING immediately after the handshake, because the peer may end, stop or be cut off before the first
   * tick.
   */
  readonly firstPing?: boolean;
}

/** Decides whether the peer is alive. */
export interface Liveness {
  /** Bytes arrived from the peer. */
  heard(): void;
  /** A message was sent to the peer. */
  sent(): void;
  /** The handshake is complete. `pings`: whether the peer answers PINGs. */
  ready(pings: boolean): void;
  /** The peer's PING said after what silence to give it up; 0 for never. */
  asked(ttlMs: number): void;
  /**
   * One tick has passed, however late it runs. So a standstill of this process does not count as silence of the peer.
   */
  tick(): 'given-up' | 'ping-due' | undefined;
}

/** The longest duration of a handshake, in milliseconds. */
const handshakeMs = 1_000;

/** @param tickMs from one `tick` to the next */
export function createLiveness(heartbeat: Heartbeat, tickMs: number): Liveness {
  const ticksOf = (ms: number): number => Math.ceil(ms / tickMs);
  const { unconfirmed = heartbeat, closeWatch } = heartbeat;
  let isReady = false;
  let pings = false;
  /**
   * Ticks since the peer was last heard (before the handshake is complete: since the start), and since the last PING.
   */
  let silentTicks = 0;
  let unpingedTicks = 0;
  /** Ticks since the first message that no bytes have followed; undefined when there is none. */
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
    const isWatched = closeWatch !== undefined && ttlMs > 0 && ttlMs <= closeWatch.ttlMs;
    if (isWatched && unpingedTicks >= ticksOf(closeWatch.intervalMs)) return true;
    const silent = heartbeat.onlyIfSilent === true ? Math.min(silentTicks, unpingedTicks) : unpingedTicks;
    if (silent >= ticksOf(heartbeat.intervalMs)) return true;
    return Math.min(unconfirmedTicks ?? 0, unpingedTicks) >= ticksOf(unconfirmed.intervalMs);
  }

  return {
    heard() {
      // Before the handshake is complete, single bytes do not extend its time.
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
