import { describe, expect, test } from 'vitest';
import { check } from './check.ts';
import type { Asked, FaultSpan, History, Outcome } from './history.ts';
import { emptyHistory } from './history.ts';
import type { Mode, Scenario } from './scenario.ts';

/*
 * Each promise, broken by an invented history. Without these tests, a faulty check could not be told from a system that
 * keeps its promises.
 */

const right: Outcome = { value: 5, fallbacks: [] };

function asked(outcome: Outcome | 'open' = right, given: Partial<Asked> = {}): Asked {
  const { atMs = 10_000, timeoutMs = 1_000 } = given;
  const settled = outcome === 'open' ? [] : [{ atMs: 'code' in outcome ? atMs + timeoutMs : atMs + 1, outcome }];
  return {
    client: 'client-1',
    process: 4,
    formula: 'hypotenuse',
    operands: [3, 4],
    expected: 5,
    fatal: false,
    atMs,
    timeoutMs,
    settled,
    ...given,
  };
}

function fault(kind: FaultSpan['kind'], target: string, fromMs: number, toMs: number, other?: string): FaultSpan {
  return { kind, target, other, fromMs, toMs };
}

/** Both brokers, the primary active, and one correctly answered request. */
function calm(given: Partial<History> = {}): History {
  const lives = ['broker', 'backup', 'calc-1', 'client-1'].map((name, index) => {
    return { name, process: index + 1, fromMs: 0, toMs: Number.POSITIVE_INFINITY };
  });
  const active = { host: 'broker', process: 1, atMs: 100, state: 'active', epoch: 1, cause: 'both-standby' } as const;
  return { ...emptyHistory(), asked: [asked()], lives, brokers: [active], endMs: 60_000, ...given };
}

function broken(given: Partial<History>, mode: Mode = 'one-at-a-time', more: Partial<Scenario> = {}): string[] {
  const scenario: Scenario = {
    mode,
    seed: 1,
    brokers: 2,
    clients: 1,
    calcServers: 1,
    opServers: ['all'],
    perSecond: 5,
    delayMs: [0.05, 0.3],
    lateShare: 0.02,
    highWaterMark: 10_000,
    startsMs: [],
    faults: [],
    fatalsMs: [],
    ...more,
  };
  return check(scenario, calm(given)).map(({ what }) => what);
}

/** A fatal request for hypotenuse(3, 4), and the servers that it ends, each at its time. */
function fatal(ends: readonly (readonly [name: string, atMs: number])[]): Partial<History> {
  const fatalEnds = ends.map(([name, atMs], index) => ({ name, process: 10 + index, atMs, of: 'square 3' }));
  const ended = fatalEnds.map(({ name, process, atMs }) => ({ name, process, fromMs: 0, toMs: atMs }));
  const ran = new Map(
    fatalEnds
      .filter(({ name }) => name.startsWith('calc-'))
      .map(({ name, process }) => [`${name}#${process} hypotenuse [3,4]`, [10_000]]),
  );
  if (ran.size === 0) ran.set('calc-1#3 hypotenuse [3,4]', [10_000]);
  return { fatalEnds, lives: [...calm().lives, ...ended], ran };
}

const reach = (fromMs: number, toMs: number) => {
  return { client: 'client-1', broker: 'broker', calcServer: 'calc-1', fromMs, toMs };
};
const late: Outcome = { code: 'deadline-exceeded' };
const backupActive = (atMs: number) =>
  ({ host: 'backup', process: 2, atMs, state: 'active', epoch: 2, cause: 'peer-silent' }) as const;

/** A call that calc-1 planned, and its runs, each by a server from a time on. */
function worked(...runs: readonly (readonly [name: string, fromMs: number])[]): Partial<History> {
  const call = 'square 3';
  return {
    planned: new Map([
      [call, 1],
      ['square 1', 9],
    ]),
    plans: [
      { call, name: 'calc-1', process: 3, atMs: 10_000 },
      { call: 'square 1', name: 'calc-1', process: 3, atMs: 5_000 },
    ],
    runs: runs.flatMap(([name, fromMs], index) => [
      { call, name, process: 20 + index, fromMs, toMs: fromMs + 500 },
      { call: 'square 1', name, process: 20 + index, fromMs: 5_000, toMs: 5_100 },
    ]),
  };
}

describe('permitted histories', () => {
  test('a run without faults has no violation', () => {
    expect(broken({})).toEqual([]);
  });

  test('a request may fail during overlapping faults if some process that it needs was not connected', () => {
    expect(broken({ asked: [asked(late)], reaches: [reach(10_100, 60_000)] }, 'any')).toEqual([]);
    expect(broken({ asked: [asked(late)], reaches: [reach(0, 10_900)] }, 'any')).toEqual([]);
    expect(broken({ asked: [asked(late, { timeoutMs: 250 })], reaches: [reach(0, 60_000)] }, 'any')).toEqual([]);
  });

  test('a call may stay open if its client was killed, and may be cancelled by its client’s end', () => {
    const lives = calm().lives.map((life) => (life.name === 'client-1' ? { ...life, toMs: 10_500 } : life));
    expect(broken({ asked: [asked(), asked('open')], lives })).toEqual([]);
    const faults = [fault('terminate', 'client-1', 10_900, 11_100)];
    expect(broken({ asked: [asked({ code: 'cancelled' })], faults })).toEqual([]);
  });

  test('a request that a dead client had settled may run again seconds later', () => {
    const ran = new Map([['calc-1#3 hypotenuse [3,4]', [10_001, 14_001]]]);
    const lives = calm().lives.map((life) => (life.name === 'client-1' ? { ...life, toMs: 12_000 } : life));
    expect(broken({ ran, lives })).toEqual([]);
    ran.set('calc-1#3 hypotenuse [3,4]', [10_001, 13_999]);
    expect(broken({ ran, lives })).toEqual(['calc-1#3 ran hypotenuse [3,4] 2 times']);
  });

  test('two brokers may be active if only one could hear the other', () => {
    const { brokers } = calm();
    const activesHeard = [{ by: 'broker', epoch: 2, atMs: 20_100 }];
    expect(broken({ brokers: [...brokers, backupActive(20_000)], activesHeard })).toEqual([]);
    // The epoch that it heard is an old one.
    activesHeard.push({ by: 'backup', epoch: 0, atMs: 20_100 });
    expect(broken({ brokers: [...brokers, backupActive(20_000)], activesHeard })).toEqual([]);
  });
});

describe('violations', () => {
  const cases: readonly [string, Partial<History>, RegExp, Mode?, Partial<Scenario>?][] = [
    ['a run without requests', { asked: [] }, /no client sent a request/],
    ['a call that never settles', { asked: [asked('open')] }, /never settled/],
    [
      'one that settles twice',
      { asked: [asked(right, { settled: [1, 2].map((atMs) => ({ atMs, outcome: right })) })] },
      /twice/,
    ],
    [
      'one that settles late',
      { asked: [asked(right, { settled: [{ atMs: 11_004, outcome: right }] })] },
      /4.0 ms late/,
    ],
    ['a wrong value', { asked: [asked({ value: 6, fallbacks: [] })] }, /got 6, not 5/],
    [
      'a wrong value that comes after the right one',
      {
        asked: [
          asked(right, { settled: [right, { value: 6, fallbacks: [] }].map((outcome) => ({ atMs: 10_001, outcome })) }),
        ],
      },
      /got 6, not 5/,
    ],
    ['a failure, with one fault at a time', { asked: [asked(late)] }, /failed: deadline-exceeded/],
    [
      'a failure of a kind that trouble does not explain',
      { asked: [asked({ code: 'internal' })] },
      /failed: internal/,
      'any',
    ],
    [
      'a call that was cancelled although no client ended',
      { asked: [asked({ code: 'cancelled' })], faults: [fault('terminate', 'client-1', 20_000, 21_000)] },
      /failed: cancelled/,
      'any',
    ],
    [
      'a failure with a second left although everything that it needs was connected',
      {
        asked: [asked(late)],
        reaches: [reach(9_000, 11_000)],
        faults: [fault('cut', 'backup', 9_000, 12_000, 'client-1')],
      },
      /failed though all it needs was linked/,
      'any',
    ],
    [
      'a request that was delayed by the end of another process',
      {
        asked: [asked(right, { settled: [{ atMs: 10_200, outcome: right }] })],
        faults: [fault('kill', 'calc-1', 10_050, 10_500)],
      },
      /took 200 ms when calc-1 ended/,
    ],
    [
      'a fallback because of a broker’s end',
      { fellBack: [{ who: 'calc-1', atMs: 20_005 }], faults: [fault('kill', 'broker', 20_000, 20_200)] },
      /calc-1 fell back when broker ended/,
    ],
    [
      'a fallback because of the end of the only broker',
      { fellBack: [{ who: 'calc-1', atMs: 20_005 }], faults: [fault('terminate', 'broker', 20_000, 20_200)] },
      /calc-1 fell back when broker ended/,
      'one-at-a-time',
      { brokers: 1 },
    ],
    ['a server that runs an id twice', { ran: new Map([['calc-1#3 hypotenuse [3,4]', [10_001, 10_300]]]) }, /2 times/],
    [
      'an op-server that runs more than was planned',
      { ran: new Map([['op-1#5 square [3]', [1, 2]]]), planned: new Map([['square [3]', 1]]) },
      /planned 1 times/,
    ],
    ['an op-server that runs what nobody planned', { ran: new Map([['op-1#5 square [3]', [1]]]) }, /planned 0 times/],
    [
      'two active brokers that hear each other',
      {
        brokers: [...calm().brokers, backupActive(20_000)],
        activesHeard: [
          { by: 'broker', epoch: 2, atMs: 20_050 },
          { by: 'backup', epoch: 1, atMs: 20_060 },
        ],
      },
      /heard each other for 39940 ms/,
    ],
    ['a pair of standbys', { brokers: [] }, /no broker was active for 60000 ms/],
    ['a table that is too large', { tables: new Map([['in flight', 10_001]]) }, /in flight held 10001, and 10000/],
    ['a table that nobody has a bound for', { tables: new Map([['others', 1]]) }, /nobody knows how large others/],
    ['something left over', { leftOver: ['calc-1: 1 open, not 0'] }, /left over at the end: calc-1/],
  ];

  test.each(cases)('the checks report %s', (_title, given, said, mode, more) => {
    const objections = broken(given, mode, more);
    expect(objections.filter((what) => said.test(what))).not.toEqual([]);
  });
});

describe('requests that end their servers', () => {
  const lost: Outcome = { code: 'server-lost' };
  const three = [
    ['op-1', 10_001],
    ['op-2', 10_002],
    ['op-3', 10_003],
  ] as const;

  test('a request may be given up after three ends', () => {
    expect(broken({ ...fatal(three), asked: [asked(lost, { fatal: true })] }, 'fatal')).toEqual([]);
  });

  test('the checks report a request that is given up after two ends', () => {
    const [what] = broken({ ...fatal(three.slice(1)), asked: [asked(lost)] }, 'fatal');
    expect(what).toContain('was lost, with 2 ends of servers');
  });

  test('the checks report a request that is given up because servers drained', () => {
    const drained = fatal(three);
    const faults = three.map(([name, atMs]) => fault('terminate', name, atMs - 1, atMs));
    const [what] = broken({ ...drained, fatalEnds: [], faults, asked: [asked(lost)] }, 'fatal');
    expect(what).toContain('was lost, with 0 ends of servers');
  });

  test('the checks report a request that takes a fourth op-server for one calc-server', () => {
    const [what] = broken(fatal([...three, ['op-4', 10_004]]), 'fatal');
    expect(what).toBe('square 3 ended 4 op-servers for 1 calc-servers');
  });

  test('the checks report a calc-server that computes a call that has ended three op-servers', () => {
    const [what] = broken(fatal([...three, ['calc-1', 10_004]]), 'fatal');
    expect(what).toBe('calc-1 computed square 3, which had ended 3 op-servers');
  });
});

describe('work that takes time', () => {
  const twice = worked(['op-1', 10_000], ['op-2', 10_400]);

  test('work must not run twice without a fault, or for a fault of an uninvolved process', () => {
    const objection = /square 3 was computed 2 times/;
    expect(broken(twice, 'work').join()).toMatch(objection);
    for (const elsewhere of [
      fault('kill', 'op-3', 10_100, 10_200),
      fault('stop', 'calc-1', 10_100, 10_900),
      fault('kill', 'client-1', 10_100, 10_200),
      fault('stop', 'op-1', 10_100, 10_150),
    ]) {
      expect(broken({ ...twice, faults: [elsewhere] }, 'work').join(), elsewhere.kind).toMatch(objection);
    }
  });

  test('work may run once more for a fault of its server or its path', () => {
    for (const there of [
      fault('kill', 'op-1', 10_100, 10_200),
      fault('stop', 'op-1', 10_100, 10_900),
      fault('kill', 'broker', 10_100, 10_200),
      fault('cut', 'calc-1', 10_100, 10_200, 'broker'),
    ]) {
      expect(broken({ ...twice, faults: [there] }, 'work').join(), there.kind).not.toMatch(/computed/);
    }
    const thrice = worked(['op-1', 10_000], ['op-2', 10_400], ['op-3', 10_600]);
    expect(broken({ ...thrice, faults: [fault('kill', 'op-1', 10_100, 10_200)] }, 'work').join()).toMatch(/3 times/);
  });

  test('work must not run or be planned again because brokers change roles', () => {
    const objections = (given: Partial<History>, more: Partial<Scenario> = {}): string =>
      broken({ ...given, faults: [fault('kill', 'broker', 10_100, 10_200)] }, 'work-failovers', {
        work: { seed: 1, blockingShare: 0, slots: [1], bursts: [], timeoutMs: 600_000 },
        ...more,
      }).join();
    expect(objections(twice)).toContain('square 3 was computed by op-1 at 10000 and by op-2 at 10400');
    expect(objections(twice, { brokers: 1 })).toBe('');
    const { plans = [] } = twice;
    const again = plans.map((plan) => ({ ...plan, name: 'calc-2', process: 4, atMs: 10_150 })).slice(0, 1);
    expect(objections({ ...worked(['op-1', 10_000]), plans: [...plans, ...again] })).toMatch(/planned by calc-1/);
  });

  test('work must not run or be planned again because a broker stands still for a moment, if handlers wait', () => {
    const paused = (given: Partial<History>, forMs: number, blockingShare: number): string =>
      broken({ ...given, faults: [fault('stop', 'broker', 10_050, 10_050 + forMs)] }, 'pauses', {
        work: { seed: 1, blockingShare, slots: [1], bursts: [], timeoutMs: 600_000 },
      }).join();
    expect(paused(twice, 900, 0)).toContain('square 3 was computed by op-1 at 10000 and by op-2 at 10400');
    expect(paused(twice, 1_100, 0)).toBe('');
    expect(paused(twice, 900, 1)).toBe('');
    const { plans = [] } = twice;
    const again = plans.map((plan) => ({ ...plan, name: 'calc-2', process: 4, atMs: 10_150 })).slice(0, 1);
    expect(paused({ ...worked(['op-1', 10_000]), plans: [...plans, ...again] }, 900, 0)).toMatch(/planned by calc-1/);
  });

  test('work must not run again because its server was not reached for less than a tenth of the time that it had it', () => {
    const cut = (atMs: number, forMs: number): string =>
      broken({ ...twice, faults: [fault('cut', 'op-1', atMs, atMs + forMs, 'broker')] }, 'cuts').join();
    const { runs = [] } = worked(['op-1', 2_000], ['op-2', 12_200]);
    const afterwards = (forMs: number): string =>
      broken({ ...twice, runs, faults: [fault('cut', 'op-1', 12_000, 12_000 + forMs, 'broker')] }, 'cuts').join();
    expect(cut(10_050, 300)).not.toContain('square 3 was computed by');
    expect(afterwards(300)).toContain('square 3 was computed by op-1 at 2000 and by op-2 at 12200');
    expect(afterwards(600)).not.toContain('square 3 was computed by');
  });

  test('work must not run again because an op-server was told to end, if it had the time to end its work', () => {
    const given = { ...twice, faults: [fault('terminate', 'op-1', 10_100, 16_000)] };
    expect(broken(given, 'restarts').join()).toContain('square 3 was computed by op-1 at 10000 and by op-2 at 10400');
    expect(broken(given, 'work').join()).not.toMatch(/computed/);
  });

  test('a calc-server may run work only when something is wrong', () => {
    expect(broken({ fellBack: [{ who: 'calc-1', atMs: 10_000 }] }, 'work').join()).toMatch(/fell back/);
  });
});

describe('clients with unequal work', () => {
  test('a burst of short computations takes no longer than its share of the calc-servers and a few long computations', () => {
    const work = {
      seed: 1,
      evenMs: 50,
      othersMs: 1,
      blockingShare: 1,
      slots: [1],
      bursts: [
        { client: 0, atMs: 3_000, many: 100 },
        { client: 1, atMs: 4_000, many: 1 },
      ],
      timeoutMs: 600_000,
    };
    const took = (ms: number): string =>
      broken(
        {
          asked: [
            {
              client: 'client-2',
              process: 5,
              formula: 'leg',
              operands: [5, 4],
              expected: 3,
              fatal: false,
              atMs: 4_000,
              timeoutMs: 600_000,
              settled: [{ atMs: 4_000 + ms, outcome: { value: 3, fallbacks: [1] } }],
            },
          ],
        },
        'shares',
        { work, opServers: [], delayMs: [0, 0.01], clients: 2 },
      ).join();
    expect(took(500)).not.toContain('beside a burst');
    expect(took(520)).toMatch(/took 520 ms beside a burst of long computations/);
  });
});

describe('too much work', () => {
  const work = { seed: 1, evenMs: 100, blockingShare: 0, slots: [1], timeoutMs: 60_000 } as const;
  const opServers = ['all', 'all'] as const;
  const calls = ['square 3', 'square 4', 'square 5', 'square 6'];
  const plans = calls.map((call) => ({ call, name: 'calc-1', process: 3, atMs: 10_000 }));

  test('no slot may be idle while more requests wait than the busy servers may keep', () => {
    const run = (call: string, fromMs: number) => ({ call, name: 'op-1', process: 20, fromMs, toMs: fromMs + 500 });
    const byOne = { plans, runs: calls.map((call, index) => run(call, 10_000 + 500 * index)) };
    const given = { work: { ...work, bursts: [] }, opServers };
    expect(broken(byOne, 'load', given).join()).toMatch(
      /op-2 had a slot free for 274 ms while 3 of calc-1 square waited/,
    );
    const byBoth = byOne.runs.map((one, index) => ({ ...one, name: `op-${1 + (index % 2)}` }));
    expect(broken({ plans, runs: byBoth.slice(0, 2) }, 'load', given).join()).not.toMatch(/slot/);
  });

  test('the paced requests of others may be delayed by five computations at most', () => {
    const given = { work: { ...work, bursts: [{ client: 0, atMs: 9_000, many: 100 }] }, opServers };
    const paced = (tookMs: number): Partial<History> => {
      return { asked: [asked(right, { client: 'client-2', settled: [{ atMs: 10_000 + tookMs, outcome: right }] })] };
    };
    expect(broken(paced(600), 'load', given)).toEqual([]);
    expect(broken(paced(900), 'load', given).join()).toMatch(/took 900 ms beside the burst of another client/);
  });

  test('with too much work, the goodput must not fall', () => {
    const given = { work: { ...work, bursts: [], overloadFromMs: 3_000 }, opServers };
    const inVain = { runs: [{ call: 'square 9', name: 'op-1', process: 20, fromMs: 3_000, toMs: 63_000 }] };
    expect(broken(inVain, 'load', given).join()).toMatch(/0% of the capacity was of use at twice the load/);
  });
});

describe('a server that misbehaves', () => {
  const work = { seed: 1, evenMs: 100, blockingShare: 0, slots: [4], bursts: [], timeoutMs: 60_000 };
  const calls = (many: number, took: number, outcome: Outcome = right): Partial<History> => ({
    asked: Array.from({ length: many }, (_, index) =>
      asked(outcome, { atMs: 5_000 + index, timeoutMs: 60_000, settled: [{ atMs: 5_000 + index + took, outcome }] }),
    ),
  });

  test('a server that misbehaves may keep as many calls waiting as it is trusted with', () => {
    const given = { work, misbehaviour: 'beats-for-ever' } as const;
    expect(broken(calls(4, 3_000), 'misbehaving', given)).toEqual([]);
    expect(broken(calls(5, 3_000), 'misbehaving', given).join()).toMatch(/5 calls were late, of which 4 are allowed/);
    expect(broken(calls(1, 20_500), 'misbehaving', given).join()).toMatch(/waited longer than the stranger lived/);
  });

  test('a server that misbehaves may delay nothing if it claims no work', () => {
    expect(broken(calls(1, 1_200), 'misbehaving', { work, misbehaviour: 'mute' }).join()).toMatch(/1 calls were late/);
    expect(broken(calls(9, 1_000), 'misbehaving', { work, misbehaviour: 'mute' })).toEqual([]);
  });

  test('a server that misbehaves may fail as many calls as its requesters need to notice', () => {
    const given = { work, misbehaviour: 'fails-fast' } as const;
    const failed: Outcome = { code: 'internal' };
    expect(broken(calls(18, 10, failed), 'misbehaving', given)).toEqual([]);
    expect(broken(calls(19, 10, failed), 'misbehaving', given).join()).toMatch(/19 calls failed, of which 18 are/);
    expect(broken(calls(1, 10, failed), 'misbehaving', { work, misbehaviour: 'flaps' }).join()).toMatch(
      /1 calls failed/,
    );
  });
});
