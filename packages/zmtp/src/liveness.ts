/** How a connection detects a peer that is gone without closing. All times in milliseconds. */
export interface Heartbeat {
  /** The time from one PING to the next. */
  readonly intervalMs: number;
  /** The connection is given up after this time without any bytes from the peer; on a far link after four round trips. */
  readonly silenceMs: number;
  /** The same two times after a message was sent and until the peer has confirmed it: the message may have been lost. */
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
   * Answer the PINGs of peers under `closeWatch` at the next tick, together with all else that is due then. An answer
   * to each PING by itself was a third of what an idle broker wrote. Other peers measure the round trip.
   */
  readonly pongsAtTick?: boolean;
  /**
   * A peer that sends bytes for this long, and gets none, gets a PING. A large message takes seconds on a slow link:
   * the PINGs of its sender wait behind it, so their PONGs come too late to show that the message is arriving.
   */
  readonly progressMs?: number;
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
  /** A PING was sent to the peer. */
  pinged(): void;
  /** The peer answered a PING: it has everything that was sent before. */
  ponged(): void;
  /** A PING of the peer was answered. */
  answered(): void;
  /** The handshake is complete. `pings`: whether the peer answers PINGs. */
  ready(pings: boolean): void;
  /** The peer's PING said after what silence to give it up; 0 for never. */
  asked(ttlMs: number): void;
  /** Whether the end of the peer's process is to be told from a cut link. */
  isWatched(): boolean;
  /**
   * One tick has passed, however late it runs. So a standstill of this process does not count as silence of the peer.
   *
   * @param roundTripMs as measured; undefined when it is not known
   * @returns 'ping-due', or the reason to give the peer up; undefined for nothing to do
   */
  tick(roundTripMs: number | undefined): PingDue | GivenUp | undefined;
}

export type PingDue = 'ping-due';
export interface GivenUp {
  readonly why: string;
}

export interface LivenessOptions {
  readonly heartbeat: Heartbeat;
  /** From one `tick` to the next. */
  readonly tickMs: number;
  /** The longest duration of the handshake. */
  readonly handshakeMs: number;
}

/** A link is given up after no less than this number of its round trips: queues on the way may double each of them. */
const tripsMin = 4;

export function createLiveness({ heartbeat, tickMs, handshakeMs }: LivenessOptions): Liveness {
  const ticksOf = (ms: number): number => Math.ceil(ms / tickMs);
  const { unconfirmed, closeWatch, progressMs = Number.POSITIVE_INFINITY } = heartbeat;
  let isReady = false;
  let pings = false;
  /**
   * Ticks since the peer was last heard (before the handshake is complete: since the start), and since the last PING.
   */
  let silentTicks = 0;
  let unpingedTicks = 0;
  /** Ticks since the peer was heard while a message is unconfirmed; undefined when all are confirmed. */
  let unconfirmedTicks: number | undefined;
  /** A PING is unanswered. */
  let isPingOpen = false;
  /** A message was sent after the last PING, so its PONG will not confirm it. */
  let isBehindPing = false;
  /** Ticks since the first bytes that arrived after this side last sent something; undefined when there are none. */
  let unansweredTicks: number | undefined;
  let ttlMs = 0;

  function givenUp(roundTripMs: number): GivenUp | undefined {
    if (!isReady) return silentTicks > ticksOf(handshakeMs) ? unheard('no handshake', handshakeMs) : undefined;
    if (ttlMs > 0 && silentTicks > ticksOf(ttlMs)) return unheard('nothing heard', ttlMs);
    if (!pings) return undefined;
    const silenceMs = Math.max(heartbeat.silenceMs, tripsMin * roundTripMs);
    if (silentTicks > ticksOf(silenceMs)) return unheard('nothing heard', silenceMs);
    const soonMs = Math.max(unconfirmed?.silenceMs ?? 0, tripsMin * roundTripMs);
    return (unconfirmedTicks ?? 0) > ticksOf(soonMs) ? unheard('a message not confirmed', soonMs) : undefined;
  }

  const isWatched = (): boolean => closeWatch !== undefined && ttlMs > 0 && ttlMs <= closeWatch.ttlMs;

  function isPingDue(): boolean {
    if (!isReady || !pings) return false;
    const silent = heartbeat.onlyIfSilent === true ? Math.min(silentTicks, unpingedTicks) : unpingedTicks;
    if (silent >= ticksOf(heartbeat.intervalMs)) return true;
    // Bytes still arrive.
    if (silentTicks <= 1 && (unansweredTicks ?? 0) >= ticksOf(progressMs)) return true;
    if (isWatched() && unpingedTicks >= ticksOf(closeWatch?.intervalMs ?? 0)) return true;
    // With one PING on its way at a time, it is known which one a PONG answers.
    return unconfirmedTicks !== undefined && !isPingOpen && unpingedTicks >= ticksOf(unconfirmed?.intervalMs ?? 0);
  }

  return {
    heard() {
      // Before the handshake is complete, single bytes do not extend its time.
      if (isReady) silentTicks = 0;
      unansweredTicks ??= 0;
      if (unconfirmedTicks !== undefined) unconfirmedTicks = 0;
    },
    sent() {
      if (unconfirmed !== undefined) unconfirmedTicks ??= 0;
      isBehindPing = true;
      unansweredTicks = undefined;
    },
    pinged() {
      unpingedTicks = 0;
      isPingOpen = true;
      isBehindPing = false;
      unansweredTicks = undefined;
    },
    ponged() {
      isPingOpen = false;
      if (!isBehindPing) unconfirmedTicks = undefined;
    },
    answered: () => void (unansweredTicks = undefined),
    ready(answersPings) {
      isReady = true;
      pings = answersPings;
      silentTicks = 0;
    },
    asked(ms) {
      ttlMs = ms;
    },
    isWatched,
    tick(roundTripMs = 0) {
      silentTicks += 1;
      unpingedTicks += 1;
      if (unconfirmedTicks !== undefined) unconfirmedTicks += 1;
      if (unansweredTicks !== undefined) unansweredTicks += 1;
      const found = givenUp(roundTripMs);
      if (found !== undefined) return found;
      return isPingDue() ? 'ping-due' : undefined;
    },
  };
}

function unheard(what: string, ms: number): GivenUp {
  return { why: `${what} for ${Math.round(ms)} ms` };
}
