import type { BrokerState, Rank } from './failover.ts';

/** What a beat says of the broker that published it. */
export interface PeerBeat {
  readonly rank: Rank;
  readonly state: BrokerState;
  readonly epoch: number;
  readonly incarnation: string;
  readonly address: string;
}

/** What is known of the other broker. */
export interface Peer {
  /** @returns false for a beat that says nothing: one's own, or one of a start that was replaced */
  hear(beat: PeerBeat): boolean;
  /** The highest epoch heard from any start of it. */
  highestEpoch(): number;
}

/** Starts that a new one replaced: beats of theirs may still be on their way. */
const replacedMax = 8;

export function createPeer(ownIncarnation: string): Peer {
  let current: string | undefined;
  let highestEpoch = 0;
  const replaced: string[] = [];
  return {
    hear({ incarnation, epoch }) {
      if (incarnation === ownIncarnation || replaced.includes(incarnation)) return false;
      if (current !== undefined && current !== incarnation) {
        replaced.push(current);
        if (replaced.length > replacedMax) replaced.shift();
      }
      current = incarnation;
      highestEpoch = Math.max(highestEpoch, epoch);
      return true;
    },
    highestEpoch: () => highestEpoch,
  };
}
