/*
 * Whether the brokers have forwarded what was sent. A broker may stand still for a while and then continue, without
 * another one taking over: its connections stay, and everything that was sent waits in them. The silence of a server
 * says nothing then. If a request moved to another server meanwhile, both servers would get it.
 *
 * Rule (docs/wire.md, "Sending again"): before a request moves because of silence, a hello that was published after the
 * request must have come back. When half of the waiting time has passed, the requester publishes one. If it took longer
 * than 50 ms to come back, the broker stood still, and the silence counts from 100 ms later: by then the server has
 * read the request and its beat has arrived.
 *
 * Proofs have numbers, and at most one hello is awaited at a time, whatever the number of requests.
 */

export interface PathProofs {
  /** Asks for a proof for everything that was sent before. @returns its number */
  ask(nowMs: number): number;
  /** A hello came back, so this proof and those before it are there. */
  proven(proof: number, nowMs: number): void;
  /** How long to wait until the silence of servers counts; 0 if it counts now. */
  waitMs(proof: number, nowMs: number): number;
}

/** A broker that works returns a hello within this time. */
const slowMs = 50;
/** A server that has read a request has named it in a beat by then. */
const heardMs = 100;
/** A hello may have been lost with a broker. */
const againMs = 500;

/** @param prove publish a hello, and report the number of the proof when the hello comes back */
export function createPathProofs(prove: (proof: number) => void): PathProofs {
  let sent = 0;
  let sentMs = 0;
  /** When the first hello was sent that is awaited. */
  let awaitedSinceMs = 0;
  let proven = 0;
  /** More was sent after the hello that is awaited. */
  let isNextWanted = false;
  let countsFromMs = 0;

  function send(nowMs: number): void {
    isNextWanted = false;
    if (sent === proven) awaitedSinceMs = nowMs;
    sent += 1;
    sentMs = nowMs;
    prove(sent);
  }

  const isAwaited = (nowMs: number): boolean => sent > proven && nowMs < sentMs + againMs;

  return {
    ask(nowMs) {
      if (isAwaited(nowMs)) {
        isNextWanted = true;
        return sent + 1;
      }
      send(nowMs);
      return sent;
    },
    proven(proof, nowMs) {
      if (proof <= proven) return;
      if (nowMs - awaitedSinceMs > slowMs) countsFromMs = nowMs + heardMs;
      proven = proof;
      if (proof < sent) awaitedSinceMs = nowMs;
      else if (isNextWanted) send(nowMs);
    },
    waitMs(proof, nowMs) {
      if (proof <= proven) return Math.max(0, countsFromMs - nowMs);
      if (!isAwaited(nowMs)) send(nowMs);
      return heardMs;
    },
  };
}
