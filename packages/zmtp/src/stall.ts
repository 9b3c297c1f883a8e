/**
 * Notices a peer that takes nothing of what waits for it. Such a peer may send all the time, and so be no silent one, and
 * a peer of ZMTP 3.0 answers no PING.
 */
export interface Stall {
  /**
   * One tick has passed.
   *
   * @param takenBytes which the kernel has taken since the start
   * @param waitingBytes which it has not taken
   * @returns whether the peer is to be given up
   */
  tick(takenBytes: number, waitingBytes: number): boolean;
}

/** @param stallMs the kernel tells of a large piece only when it has taken all of it, so this is for a whole piece */
export function createStall(stallMs: number, tickMs: number): Stall {
  const ticksMax = Math.ceil(stallMs / tickMs);
  let takenBefore = 0;
  let stalledTicks = 0;
  return {
    tick(takenBytes, waitingBytes) {
      stalledTicks = waitingBytes > 0 && takenBytes === takenBefore ? stalledTicks + 1 : 0;
      takenBefore = takenBytes;
      return stalledTicks > ticksMax;
    },
  };
}
