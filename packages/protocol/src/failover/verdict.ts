/*
 * The verdict: the table of docs/protocol.md, section 5, and nothing else.
 *
 * Decides what hearing the peer means for this broker. It looks at what both are, never at the time; silence and
 * refusals are the business of peer-watch.ts.
 *
 * | I am    | the peer beats                      | then                                                       |
 * |---------|-------------------------------------|------------------------------------------------------------|
 * | standby | active                              | stay                                                       |
 * | standby | standby                             | the one that comes first becomes active, the other waits   |
 * | standby | leaving                             | become active                                              |
 * | active  | active with a higher epoch          | step down                                                  |
 * | active  | active with the same epoch          | the one that comes second steps down                       |
 * | active  | anything else                       | stay                                                       |
 * | leaving | active, and I would step down to it | withdraw and stop                                          |
 * | leaving | anything else                       | forward on                                                 |
 *
 * The primary comes first. Two brokers of one rank are a misconfiguration; then the smaller address does, in both rows:
 * two backups that both waited for a primary would wait for ever.
 *
 * A leaving broker that was active does not trust every `active` it hears. A peer with a lower epoch is about to step
 * down, because this broker's last active beat is still on its way to it; withdrawing then would leave nobody.
 */
import type { BrokerState, PeerBeat, Rank, StepDownCause } from './types.ts';

export interface Standing {
  readonly rank: Rank;
  readonly address: string;
  readonly incarnation: string;
  readonly state: BrokerState;
  /** Of the marker it holds; undefined when it holds none. */
  readonly markerEpoch: number | undefined;
}

export type Verdict =
  | { readonly then: 'stay' }
  | { readonly then: 'take-over'; readonly cause: 'both-standby' | 'peer-leaving' }
  | { readonly then: 'step-down'; readonly cause: StepDownCause }
  | { readonly then: 'stop' };

const stay: Verdict = { then: 'stay' };

export function verdict(mine: Standing, peer: PeerBeat): Verdict {
  switch (mine.state) {
    case 'standby':
      if (peer.state === 'leaving') return { then: 'take-over', cause: 'peer-leaving' };
      if (peer.state === 'standby' && comesFirst(mine, peer)) return { then: 'take-over', cause: 'both-standby' };
      return stay;
    case 'active': {
      const cause = yieldsTo(mine, peer);
      return cause === undefined ? stay : { then: 'step-down', cause };
    }
    case 'leaving':
      return yieldsTo(mine, peer) === undefined ? stay : { then: 'stop' };
  }
}

/** Why this broker's marker has to give way to the peer's; undefined when it has not. */
function yieldsTo(mine: Standing, peer: PeerBeat): StepDownCause | undefined {
  if (peer.state !== 'active') return undefined;
  if (mine.markerEpoch === undefined || peer.epoch > mine.markerEpoch) return 'higher-epoch';
  return peer.epoch === mine.markerEpoch && !comesFirst(mine, peer) ? 'same-epoch' : undefined;
}

function comesFirst(mine: Standing, peer: PeerBeat): boolean {
  if (mine.rank !== peer.rank) return mine.rank === 'primary';
  if (mine.address !== peer.address) return mine.address < peer.address;
  return mine.incarnation < peer.incarnation;
}
