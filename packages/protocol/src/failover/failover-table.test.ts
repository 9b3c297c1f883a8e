import { describe, expect, test } from 'vitest';
import type { PeerBeat } from './types.ts';
import type { Standing, Verdict } from './failover-table.ts';
import { verdict } from './failover-table.ts';

const primary = { rank: 'primary', address: 'pppppppppppp', incarnation: 'p1' } as const;
const backup = { rank: 'backup', address: 'bbbbbbbbbbbb', incarnation: 'b1' } as const;

type Mine = readonly [Standing['state'], number];
type Theirs = readonly [PeerBeat['state'], number];

/** The verdicts of both ranks in the same situation: of the primary when it is `mine`, and of the backup when it is. */
function bothRanks(mine: Mine, theirs: Theirs): { primary: Verdict; backup: Verdict } {
  const [state, epoch] = mine;
  const [peerState, peerEpoch] = theirs;
  return {
    primary: verdict({ ...primary, state, epoch }, { ...backup, state: peerState, epoch: peerEpoch }),
    backup: verdict({ ...backup, state, epoch }, { ...primary, state: peerState, epoch: peerEpoch }),
  };
}

const stay = { is: 'stay' } as const;
const same = (one: Verdict): { primary: Verdict; backup: Verdict } => ({ primary: one, backup: one });

describe('the table of verdicts', () => {
  test.each<[string, Mine, Theirs, { primary: Verdict; backup: Verdict }]>([
    ['a standby stays while the peer is active, whatever its epoch', ['standby', 0], ['active', 3], same(stay)],
    ['a standby that was active in a higher epoch stays too', ['standby', 7], ['active', 3], same(stay)],
    [
      'of two standbys the primary becomes active and the backup waits',
      ['standby', 0],
      ['standby', 5],
      { primary: { is: 'take-over', cause: 'both-standby' }, backup: stay },
    ],
    [
      'a standby becomes active when the peer is leaving',
      ['standby', 0],
      ['leaving', 2],
      same({ is: 'take-over', cause: 'peer-leaving' }),
    ],
    [
      'an active broker steps down to a higher epoch',
      ['active', 2],
      ['active', 3],
      same({ is: 'step-down', cause: 'higher-epoch' }),
    ],
    [
      'of two active in one epoch the backup steps down',
      ['active', 2],
      ['active', 2],
      { primary: stay, backup: { is: 'step-down', cause: 'same-epoch' } },
    ],
    ['an active broker stays when the peer is active in a lower epoch', ['active', 3], ['active', 2], same(stay)],
    [
      'an active broker stays when the peer is standby, even one that knows more',
      ['active', 3],
      ['standby', 9],
      same(stay),
    ],
    ['an active broker stays when the peer is leaving, whatever its epoch', ['active', 3], ['leaving', 9], same(stay)],
    [
      'a leaving broker stops when the peer is active in a higher epoch',
      ['leaving', 2],
      ['active', 3],
      same({ is: 'stop' }),
    ],
    [
      'a leaving broker continues to forward when the peer, active in a lower epoch, is about to step down to it',
      ['leaving', 3],
      ['active', 2],
      same(stay),
    ],
    [
      'in the same epoch only a leaving backup may stop, because a leaving primary is the one that stays',
      ['leaving', 2],
      ['active', 2],
      { primary: stay, backup: { is: 'stop' } },
    ],
    ['a leaving broker forwards on while the peer is standby', ['leaving', 2], ['standby', 2], same(stay)],
    ['a leaving broker forwards on while the peer is leaving too', ['leaving', 2], ['leaving', 9], same(stay)],
  ])('%s', (_title, mine, theirs, expected) => {
    expect(bothRanks(mine, theirs)).toEqual(expected);
  });
});

describe('two brokers of one rank', () => {
  const first = { rank: 'backup', address: 'aaaaaaaaaaaa', incarnation: 'z' } as const;
  const second = { rank: 'backup', address: 'zzzzzzzzzzzz', incarnation: 'a' } as const;

  test('of two standbys of one rank the one with the smaller address becomes active', () => {
    const standby = { state: 'standby', epoch: 0 } as const;
    expect(verdict({ ...first, ...standby }, { ...second, ...standby })).toEqual({
      is: 'take-over',
      cause: 'both-standby',
    });
    expect(verdict({ ...second, ...standby }, { ...first, ...standby })).toEqual(stay);
  });

  test('of two active brokers of one rank in one epoch the one with the larger address steps down', () => {
    const active = { state: 'active', epoch: 4 } as const;
    expect(verdict({ ...first, ...active }, { ...second, ...active })).toEqual(stay);
    expect(verdict({ ...second, ...active }, { ...first, ...active })).toEqual({
      is: 'step-down',
      cause: 'same-epoch',
    });
  });

  test('of two brokers of one rank with the same address exactly one steps down', () => {
    const active = { state: 'active', epoch: 4 } as const;
    const twin = { ...first, incarnation: 'y' };
    expect(verdict({ ...first, ...active }, { ...twin, ...active }).is).toBe('step-down');
    expect(verdict({ ...twin, ...active }, { ...first, ...active }).is).toBe('stay');
  });
});
