/*
 * The verdict: what hearing the peer means.
 *
 * This is the table of docs/wire.md, "Takeover", as far as beats decide. It looks at what both brokers are, never at
 * the time: silence and refusals are weighed in peer-watch.ts.
 *
 * | I am    | the peer beats                      | then                                                     |
 * |---------|-------------------------------------|----------------------------------------------------------|
 * | standby | active                              | stay                                                     |
 * | standby | standby                             | the one that comes first becomes active, the other waits |
 * | standby | leaving                             | become active                                            |
 * | active  | active with a higher epoch          | step down                                                |
 * | active  | active with the same epoch          | the one that comes second steps down                     |
 * | active  | anything else                       | stay                                                     |
 * | leaving | active, and I would step down to it | stop                                                     |
 * | leaving | anything else                       | forward on                                               |
 *
 * The primary comes first. Two brokers of one rank are a misconfiguration; of those the smaller address comes first, in
 * both rows: two backups would otherwise wait for a primary for ever.
 *
 * A leaving broker does not trust every `active` it hears. A peer with a lower epoch is about to step down, because the
 * last active beat of this one is still on its way to it; to withdraw then would leave nobody.
 */
import type { BrokerState, PeerBeat, Rank, StepDownCause } from './types.ts';

export interface Standing {
  readonly rank: Rank;
  readonly address: string;
  readonly incarnation: string;
  readonly state: BrokerState;
  /** Of the marker it holds, as every active broker does and a leaving one that was active. */
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

/** Why the marker of this broker has to give way to the peer's; undefined when it has not. */
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
