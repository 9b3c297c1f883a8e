/*
 * The verdict: what a beat of the peer means. This is the part of the table in docs/wire.md, "Takeover", that beats
 * decide. It depends on the states of both brokers, never on the time; peer-watch.ts handles silence and refusals.
 *
 * | I am    | the peer's beat                     | then                                                       |
 * |---------|-------------------------------------|------------------------------------------------------------|
 * | standby | active                              | stay                                                       |
 * | standby | standby                             | the first in rank becomes active, the other one waits      |
 * | standby | leaving                             | become active                                              |
 * | active  | active with a higher epoch          | step down                                                  |
 * | active  | active with the same epoch          | the second in rank steps down                              |
 * | active  | anything else                       | stay                                                       |
 * | leaving | active, and I would step down to it | stop                                                       |
 * | leaving | anything else                       | continue to forward                                        |
 *
 * The primary is first in rank. Two brokers of one rank are a misconfiguration; then the one with the smaller address
 * is first, in both rows. Otherwise two backups would wait for a primary for ever.
 *
 * A leaving broker does not trust every `active` that it hears. A peer with a lower epoch is about to step down,
 * because the last active beat of this broker is still in flight to it. If this broker withdrew then, no broker would
 * forward.
 */
import type { BrokerState, PeerBeat, Rank, StepDownCause } from './types.ts';

export interface Standing {
  readonly rank: Rank;
  readonly address: string;
  readonly incarnation: string;
  readonly state: BrokerState;
  /** The epoch of its marker, which every active broker has, and a leaving broker that was active. */
  readonly epoch: number;
}

export type Verdict =
  | { readonly is: 'stay' }
  | { readonly is: 'take-over'; readonly cause: 'both-standby' | 'peer-leaving' }
  | { readonly is: 'step-down'; readonly cause: StepDownCause }
  | { readonly is: 'stop' };

const stay: Verdict = { is: 'stay' };

export function verdict(mine: Standing, peer: PeerBeat): Verdict {
  const yields = yieldsTo(mine, peer);
  switch (mine.state) {
    case 'standby':
      if (peer.state === 'leaving') return { is: 'take-over', cause: 'peer-leaving' };
      if (peer.state === 'standby' && comesFirst(mine, peer)) return { is: 'take-over', cause: 'both-standby' };
      return stay;
    case 'active':
      return yields === undefined ? stay : { is: 'step-down', cause: yields };
    case 'leaving':
      return yields === undefined ? stay : { is: 'stop' };
  }
}

/** Why this broker's marker has to give way to the peer's; undefined when it does not. */
function yieldsTo(mine: Standing, peer: PeerBeat): StepDownCause | undefined {
  if (peer.state !== 'active') return undefined;
  if (peer.epoch > mine.epoch) return 'higher-epoch';
  return peer.epoch === mine.epoch && !comesFirst(mine, peer) ? 'same-epoch' : undefined;
}

function comesFirst(mine: Standing, peer: PeerBeat): boolean {
  if (mine.rank !== peer.rank) return mine.rank === 'primary';
  if (mine.address !== peer.address) return mine.address < peer.address;
  return mine.incarnation < peer.incarnation;
}
