/*
 * Notices when many bytes wait to leave this process, because it publishes faster than the brokers read. New requests
 * wait then. Nothing is resent, because a copy would wait behind the first message. A message is lost only when sixteen
 * times as many bytes wait.
 */

export interface Congestion {
  /** So many bytes were published. */
  sent(bytes: number): void;
  isCongested(): boolean;
  /** Fewer bytes may wait than before. */
  drained(): void;
}

/** The largest frame. The kernel has taken a few megabytes before a byte waits here. */
const congestedBytes = 1_048_576;
/** Asking how many bytes wait takes as long as publishing a small message, so it is not asked for each. */
const lookEveryBytes = 65_536;

/** @param freed called when the congestion is over */
export function createCongestion(unsentBytes: () => number, freed: () => void): Congestion {
  let congested = false;
  let unseen = 0;

  return {
    sent(bytes) {
      unseen += bytes;
      if (unseen < lookEveryBytes) return;
      unseen = 0;
      congested = unsentBytes() > congestedBytes;
    },
    isCongested: () => congested,
    drained() {
      if (!congested || unsentBytes() > congestedBytes) return;
      congested = false;
      freed();
    },
  };
}
