/*
 * The times of all sockets, each with its reason. They are the same on TCP and on the simulated network. The bounds are
 * in `socket-bounds.ts`.
 */

/**
 * ZMTP heartbeats: the only way to detect a stopped process or a cut link. The side that connects sends PINGs, and each
 * PING says after what silence the other side should give it up. ADR 15 says which connections need this soon.
 */
export const heartbeats = {
  /**
   * For the connection on which requests arrive: a server that hangs is given up after 150 to 250 ms. The server waits
   * longer for the broker. So a connection that closes soon after the server has heard the broker belongs to a process
   * that ended, not to a cut link (ADR 30).
   */
  soon: { intervalMs: 50, silenceMs: 1_000, ttlMs: 200 },
  /** For all other connections of participants. There may be thousands, most of them idle. */
  inTime: {
    intervalMs: 4_000,
    silenceMs: 12_000,
    // Messages that a cut link has held back arrive when it heals, unless the connection was given up before. A copy of
    // a request that arrives more than two seconds late might run again, because its server has answered it and
    // forgotten it as settled.
    unconfirmed: { intervalMs: 500, silenceMs: 1_000 },
    ttlMs: 12_000,
    // The round trip is known from the beginning.
    firstPing: true,
  },
  /**
   * For the request connection in a worker thread, which may end by itself. No thread of libzmq sends its PINGs, so a
   * handler that computes there needs more time. With more than two seconds, a request could arrive after its server
   * has answered and forgotten it.
   */
  inWorker: { intervalMs: 250, silenceMs: 1_500, ttlMs: 1_500, firstPing: true },
  /** The broker's side of all of them, for peers that send no PINGs. */
  bound: {
    intervalMs: 5_000,
    silenceMs: 15_000,
    ttlMs: 0,
    onlyIfSilent: true,
    // The 200 ms of a server, 1.5 s in a worker thread, or up to 4 s on a far link, but not the longer times of clients:
    // a broker distinguishes the end of a server from a cut link (ADR 30). The last round trip must be at most 750 ms
    // old, or half of the server's time.
    closeWatch: { ttlMs: 4_000, intervalMs: 200 },
    pongsAtTick: true,
    // Less than a participant waits for a sign that its message arrives.
    progressMs: 400,
    firstPing: true,
  },
  /**
   * The broker's side of connections to its heartbeat port. Not soon: a broker that was stopped for some seconds finds
   * the beats of the other one in its kernel when it continues.
   */
  beats: { intervalMs: 5_000, silenceMs: 15_000, ttlMs: 0, onlyIfSilent: true },
};
/**
 * A broker measures a server's 200 ms to the next tick. A larger tick costs less for a thousand idle participants of
 * one machine.
 */
export const brokerTickMs = 50;
export const participantTickMs = 500;
export const workerTickMs = 250;

/** A far link needs four round trips for a handshake with keys. A broker bounds the handshakes of strangers by number. */
export const handshakeMs = 5_000;

export const reconnecting = {
  // A returning broker is met quickly, and a missing one is not flooded with attempts.
  intervalMs: 10,
  intervalMaxMs: 200,
  // The kernel repeats a lost SYN after 1, 2, 4, 8 … seconds: after a cut of 20 s, the connection was back only 16 s
  // after the link had healed. A new attempt finds it within a second.
  connectTimeoutMs: 1_000,
  // The bound of the first handshake. It doubles with each failed attempt, up to the bound above.
  handshakeMs: 1_000,
  // A key that a broker refuses now may be added to its list.
  refusedMs: 5_000,
};
