import { describe, expect, test } from 'vitest';
import { createFailover } from './failover.ts';
import type { Failover, FailoverConfig, FailoverEffect, FailoverInput, PeerBeat } from './types.ts';

const timings = { heartbeatMs: 50, peerLostMs: 200 };
const primary: FailoverConfig = {
  rank: 'primary',
  address: 'pppppppppppp',
  incarnation: 'p-one',
  hasPeer: true,
  ...timings,
};
const backup: FailoverConfig = {
  rank: 'backup',
  address: 'bbbbbbbbbbbb',
  incarnation: 'b-one',
  hasPeer: true,
  ...timings,
};

function ofPrimary(state: PeerBeat['state'], epoch: number, incarnation = 'p-one'): FailoverInput {
  return { type: 'beat', beat: { rank: 'primary', state, epoch, incarnation, address: 'pppppppppppp' } };
}

function ofBackup(state: PeerBeat['state'], epoch: number, incarnation = 'b-one'): FailoverInput {
  return { type: 'beat', beat: { rank: 'backup', state, epoch, incarnation, address: 'bbbbbbbbbbbb' } };
}

/**
 * Runs the timers until this time, and answers every reading with an empty socket. Returns the effects other than
 * beats.
 */
function pass(failover: Failover, untilMs: number): [number, FailoverEffect][] {
  const done: [number, FailoverEffect][] = [];
  for (let dueMs = failover.deadlineMs(); dueMs !== undefined && dueMs <= untilMs; dueMs = failover.deadlineMs()) {
    const effects = [...failover.handle({ type: 'tick' }, dueMs)];
    for (const effect of effects) {
      if (effect.type === 'read-heartbeats') effects.push(...failover.handle({ type: 'heartbeats-read' }, dueMs));
      else if (effect.type !== 'beat') done.push([dueMs, effect]);
    }
  }
  return done;
}

function started(config: FailoverConfig): Failover {
  const failover = createFailover(config);
  failover.handle({ type: 'started' }, 0);
  return failover;
}

/** A backup that has heard the primary active in epoch 3, last at 0 ms. */
function standby(): Failover {
  const failover = started(backup);
  failover.handle(ofPrimary('active', 3), 0);
  return failover;
}

/** A primary that is active in epoch 1 since 0 ms and has heard the backup. */
function active(): Failover {
  const failover = started(primary);
  failover.handle(ofBackup('standby', 0), 0);
  return failover;
}

const activate = (epoch: number, cause: string): unknown => ({ type: 'activate', epoch, cause });
const deactivate = (epoch: number, cause: string): unknown => ({ type: 'deactivate', epoch, cause });
const beat = (state: string, epoch: number): unknown => ({ type: 'beat', state, epoch });
const stop = (cause: string): unknown => ({ type: 'stop', cause });
const probe = { type: 'probe-peer' };
const read = { type: 'read-heartbeats' };

describe('starting', () => {
  test('a broker with a peer starts as standby, and beats', () => {
    const failover = createFailover(primary);
    expect(failover.handle({ type: 'started' }, 10)).toEqual([beat('standby', 0)]);
    expect(failover.state()).toBe('standby');
    expect(failover.deadlineMs()).toBe(60);
  });

  test('a broker without a peer becomes active at once', () => {
    const failover = createFailover({ ...primary, hasPeer: false });
    expect(failover.handle({ type: 'started' }, 0)).toEqual([activate(1, 'no-peer'), beat('active', 1)]);
    expect(failover.handle(ofBackup('active', 9), 10)).toEqual([]);
    expect(failover.handle({ type: 'peer-link-broken' }, 20)).toEqual([]);
  });

  test.each([primary, backup])('a $rank that never hears its peer becomes active after the loss time', (config) => {
    expect(pass(started(config), 1_000)).toEqual([[200, activate(1, 'peer-never-heard')]]);
  });

  test('the primary becomes active when it hears a standby, and the backup waits for it', () => {
    expect(started(primary).handle(ofBackup('standby', 4), 5)).toEqual([
      activate(5, 'both-standby'),
      beat('active', 5),
    ]);
    const waiting = started(backup);
    expect(waiting.handle(ofPrimary('standby', 4), 5)).toEqual([]);
    expect(pass(waiting, 204)).toEqual([]);
  });

  test('a primary that comes back to an active peer stays standby', () => {
    const failover = started(primary);
    for (let nowMs = 20; nowMs < 2_000; nowMs += 50) {
      expect(failover.handle(ofBackup('active', 2), nowMs)).not.toContainEqual(
        expect.objectContaining({ type: 'activate' }),
      );
    }
    expect([failover.state(), failover.epoch()]).toEqual(['standby', 2]);
  });

  test('inputs before the start do not count', () => {
    const failover = createFailover(backup);
    for (const input of everyInput.filter(({ type }) => type !== 'started' && type !== 'leave')) {
      expect(failover.handle(input, 0)).toEqual([]);
    }
    expect(failover.deadlineMs()).toBeUndefined();
    expect(failover.peer()).toBeUndefined();
    expect(failover.handle({ type: 'started' }, 500)).toEqual([beat('standby', 0)]);
  });

  test('a loss time of less than two heartbeats is refused', () => {
    expect(() => createFailover({ ...primary, peerLostMs: 99 })).toThrow(RangeError);
    expect(() => createFailover({ ...primary, peerLostMs: 100 })).not.toThrow();
  });
});

describe('silence', () => {
  test('after the loss time the socket is read, and a standby takes over once it is known to be empty', () => {
    const failover = standby();
    expect(pass(failover, 199)).toEqual([]);
    expect(failover.handle({ type: 'tick' }, 200)).toEqual([beat('standby', 3), read]);
    expect(failover.state()).toBe('standby');
    expect(failover.handle({ type: 'heartbeats-read' }, 201)).toEqual([activate(4, 'peer-silent'), beat('active', 4)]);
  });

  test('a beat in the socket prevents a takeover by silence', () => {
    const failover = standby();
    pass(failover, 199);
    failover.handle({ type: 'tick' }, 200);
    expect(failover.handle(ofPrimary('active', 3), 200)).toEqual([]);
    expect(failover.handle({ type: 'heartbeats-read' }, 200)).toEqual([]);
    expect(pass(failover, 399)).toEqual([]);
  });

  test('the reading of the socket is requested again with every beat until it is answered', () => {
    const failover = standby();
    pass(failover, 199);
    const asked: number[] = [];
    for (let dueMs = failover.deadlineMs() ?? 0; dueMs <= 400; dueMs = failover.deadlineMs() ?? 0) {
      if (failover.handle({ type: 'tick' }, dueMs).some(({ type }) => type === 'read-heartbeats')) asked.push(dueMs);
    }
    expect(asked).toEqual([200, 250, 300, 350, 400]);
    expect(failover.handle({ type: 'heartbeats-read' }, 401)[0]).toEqual(activate(4, 'peer-silent'));
  });

  test('an unsolicited report of an empty socket proves nothing', () => {
    const failover = standby();
    pass(failover, 199);
    expect(failover.handle({ type: 'heartbeats-read' }, 199)).toEqual([]);
  });

  test('a beat at the very moment of the loss counts before the silence', () => {
    const failover = standby();
    pass(failover, 199);
    expect(failover.handle(ofPrimary('active', 3), 200)).toEqual([beat('standby', 3)]);
  });

  test('an active broker ignores the silence of its peer', () => {
    expect(pass(active(), 5_000)).toEqual([]);
  });
});

describe('lateness of the broker’s own loop', () => {
  test('a call more than 50 ms after the deadline restarts the silence, whatever the call is for', () => {
    for (const input of [
      { type: 'tick' },
      { type: 'peer-link-broken' },
      { type: 'heartbeats-read' },
    ] satisfies FailoverInput[]) {
      const failover = standby();
      pass(failover, 150);
      failover.handle(input, 251);
      expect(pass(failover, 2_000)).toEqual([[451, activate(4, 'peer-silent')]]);
    }
  });

  test('a call 50 ms after the deadline is not late', () => {
    const failover = standby();
    pass(failover, 150);
    expect(failover.handle({ type: 'tick' }, 250)).toContainEqual(read);
  });

  test('lateness that the driver reports counts as well', () => {
    const failover = standby();
    pass(failover, 150);
    failover.handle({ type: 'late', lateMs: 51 }, 160);
    expect(pass(failover, 2_000)).toEqual([[360, activate(4, 'peer-silent')]]);
  });

  test('a small lateness that the driver reports changes nothing', () => {
    const failover = standby();
    pass(failover, 150);
    failover.handle({ type: 'late', lateMs: 50 }, 160);
    expect(pass(failover, 2_000)).toEqual([[200, activate(4, 'peer-silent')]]);
  });

  test('lateness at the start counts too, so a broker with a slow start does not lose its peer', () => {
    const failover = started(backup);
    failover.handle({ type: 'tick' }, 190);
    expect(pass(failover, 2_000)).toEqual([[390, activate(1, 'peer-never-heard')]]);
  });

  test('an answer to a question from before the lateness proves nothing', () => {
    const failover = standby();
    pass(failover, 199);
    failover.handle({ type: 'tick' }, 200);
    expect(failover.handle({ type: 'heartbeats-read' }, 1_500)).toEqual([beat('standby', 3)]);
    expect(failover.state()).toBe('standby');
  });

  test('a backup that was stopped for a second does not take over from a healthy primary', () => {
    const failover = standby();
    pass(failover, 100);
    expect(failover.handle({ type: 'tick' }, 1_100)).toEqual([beat('standby', 3)]);
    expect(failover.handle(ofPrimary('active', 3), 1_101)).toEqual([]);
    expect(pass(failover, 1_300)).toEqual([]);
  });
});

describe('a refused connection', () => {
  test('a broken link causes a probe, and a refusal causes a takeover at once', () => {
    const failover = standby();
    expect(failover.handle({ type: 'peer-link-broken' }, 20)).toEqual([probe]);
    expect(failover.handle({ type: 'peer-refused' }, 21)).toEqual([activate(4, 'peer-refused'), beat('active', 4)]);
  });

  test('a peer that accepts the probe is not lost', () => {
    const failover = standby();
    failover.handle({ type: 'peer-link-broken' }, 20);
    expect(pass(failover, 199)).toEqual([]);
  });

  test('an unsolicited refusal changes nothing', () => {
    const failover = standby();
    expect(failover.handle({ type: 'peer-refused' }, 20)).toEqual([]);
    expect(pass(failover, 199)).toEqual([]);
  });

  test('when the peer was heard since the probe it is probed again, because it may have come back', () => {
    const failover = standby();
    failover.handle({ type: 'peer-link-broken' }, 20);
    failover.handle(ofPrimary('active', 3), 25);
    expect(failover.handle({ type: 'peer-refused' }, 30)).toEqual([probe]);
    expect(failover.handle({ type: 'peer-refused' }, 31)).toEqual([activate(4, 'peer-refused'), beat('active', 4)]);
  });

  test('a refusal counts also on a loop that is always late, where silence never does', () => {
    const failover = standby();
    for (let nowMs = 200; nowMs < 4_000; nowMs += 200) {
      expect(failover.handle({ type: 'tick' }, nowMs)).toEqual([beat('standby', 3)]);
    }
    expect(failover.handle({ type: 'peer-link-broken' }, 4_000)).toContainEqual(probe);
    expect(failover.handle({ type: 'peer-refused' }, 4_200)[0]).toEqual(activate(4, 'peer-refused'));
  });

  test('a refusal does not affect an active broker', () => {
    const failover = active();
    expect(failover.handle({ type: 'peer-link-broken' }, 20)).toEqual([probe]);
    expect(failover.handle({ type: 'peer-refused' }, 21)).toEqual([]);
  });
});

describe('two active brokers', () => {
  test('an active broker that was stopped and continues steps down when it hears the higher epoch', () => {
    const failover = active();
    expect(failover.handle({ type: 'tick' }, 5_000)).toEqual([beat('active', 1)]);
    expect(failover.handle(ofBackup('active', 2), 5_001)).toEqual([deactivate(1, 'higher-epoch'), beat('standby', 2)]);
    expect([failover.state(), failover.epoch()]).toEqual(['standby', 2]);
  });

  test('of two active brokers in one epoch the backup steps down and the primary stays', () => {
    expect(active().handle(ofBackup('active', 1), 10)).toEqual([]);
    const failover = started(backup);
    pass(failover, 200);
    expect(failover.handle(ofPrimary('active', 1), 210)).toEqual([deactivate(1, 'same-epoch'), beat('standby', 1)]);
  });

  test('an active broker that hears a lower epoch stays, also if the peer has restarted', () => {
    const failover = active();
    failover.handle(ofBackup('active', 2), 10);
    failover.handle(ofBackup('leaving', 2), 20);
    expect([failover.state(), failover.epoch()]).toEqual(['active', 3]);
    expect(failover.handle(ofBackup('active', 1, 'b-two'), 30)).toEqual([]);
    expect(failover.handle(ofBackup('standby', 0, 'b-three'), 40)).toEqual([]);
    expect(failover.state()).toBe('active');
  });

  test('an active broker beats with the epoch of its marker, even if it has heard a higher one', () => {
    const failover = active();
    failover.handle(ofBackup('standby', 7), 10);
    expect(failover.handle({ type: 'tick' }, 50)).toEqual([beat('active', 1)]);
    failover.handle(ofBackup('active', 7), 60);
    expect(failover.handle(ofBackup('leaving', 7), 70)[0]).toEqual(activate(8, 'peer-leaving'));
  });
});

describe('epochs', () => {
  test('the epoch of a takeover exceeds every epoch that was heard, also those of ignored incarnations', () => {
    const failover = standby();
    failover.handle(ofPrimary('active', 4, 'p-two'), 10);
    failover.handle(ofPrimary('active', 9, 'p-one'), 20);
    expect(failover.peer()?.incarnation).toBe('p-two');
    expect(pass(failover, 1_000)).toEqual([[210, activate(10, 'peer-silent')]]);
  });

  test('at the end of the numbers the last epoch is used again, and the primary wins', () => {
    const last = Number.MAX_SAFE_INTEGER;
    const failover = started(primary);
    expect(failover.handle(ofBackup('standby', last), 1)[0]).toEqual(activate(last, 'both-standby'));
    expect(failover.handle(ofBackup('active', last), 2)).toEqual([]);
  });
});

describe('backoff', () => {
  /** Steps down at `nowMs`, because of an epoch above its own. */
  function stepDown(failover: Failover, nowMs: number): void {
    expect(failover.state()).toBe('active');
    failover.handle(ofPrimary('active', failover.epoch() + 1), nowMs);
    expect(failover.state()).toBe('standby');
  }

  test('each step down doubles the silence that the next takeover requires, up to eight times', () => {
    const failover = standby();
    const waitedMs: number[] = [];
    let nowMs = 0;
    for (let round = 0; round < 6; round += 1) {
      const [[tookOverMs] = [0]] = pass(failover, nowMs + 2_000);
      waitedMs.push(tookOverMs - nowMs);
      nowMs = tookOverMs + 2_000;
      pass(failover, nowMs);
      stepDown(failover, nowMs);
    }
    expect(waitedMs).toEqual([200, 400, 800, 1_600, 1_600, 1_600]);
  });

  test('ten seconds after the last step down the usual silence is enough', () => {
    const failover = standby();
    pass(failover, 1_000);
    stepDown(failover, 1_000);
    for (let nowMs = 1_000; nowMs <= 10_990; nowMs += 45) {
      failover.handle(ofPrimary('active', 9), nowMs);
      pass(failover, nowMs);
    }
    const lastMs = 1_000 + 45 * Math.floor(9_990 / 45);
    expect(pass(failover, 20_000)).toEqual([[lastMs + 200, activate(10, 'peer-silent')]]);
  });

  test('after half of the silence at which its peer is lost, a standby needs twice the silence', () => {
    const failover = standby();
    for (const nowMs of [99, 199, 399]) {
      expect(pass(failover, nowMs)).toEqual([]);
      failover.handle(ofPrimary('active', 3), nowMs);
    }
    expect(pass(failover, 3_000)).toEqual([[399 + 800, activate(4, 'peer-silent')]]);
  });

  test('where two heartbeats are all the silence that is allowed, a beat that comes in time does not lengthen it', () => {
    const failover = started({ ...backup, peerLostMs: 100 });
    for (let nowMs = 0; nowMs <= 300; nowMs += 60) {
      pass(failover, nowMs);
      failover.handle(ofPrimary('active', 3), nowMs);
    }
    expect(pass(failover, 1_000)).toEqual([[400, activate(4, 'peer-silent')]]);
  });

  test('another start of the peer is no sign of a busy machine', () => {
    const failover = standby();
    pass(failover, 150);
    failover.handle(ofPrimary('active', 4, 'p-two'), 150);
    expect(pass(failover, 1_000)).toEqual([[350, activate(5, 'peer-silent')]]);
  });

  test('a takeover after a refusal requires no silence', () => {
    const failover = standby();
    pass(failover, 1_000);
    stepDown(failover, 1_000);
    failover.handle({ type: 'peer-link-broken' }, 1_001);
    expect(failover.handle({ type: 'peer-refused' }, 1_002)[0]).toEqual(activate(6, 'peer-refused'));
  });
});

describe('leaving', () => {
  test('a leaving broker says so, probes its peer, and forwards until the peer is active', () => {
    const failover = active();
    expect(failover.handle({ type: 'leave' }, 10)).toEqual([beat('leaving', 1), probe]);
    expect(failover.handle({ type: 'tick' }, 60)).toEqual([beat('leaving', 1)]);
    expect(failover.handle(ofBackup('standby', 1), 61)).toEqual([]);
    expect(failover.handle(ofBackup('active', 2), 62)).toEqual([stop('peer-active')]);
    expect(failover.deadlineMs()).toBeUndefined();
  });

  test('a standby becomes active at once when it hears that its peer is leaving', () => {
    expect(standby().handle(ofPrimary('leaving', 3), 10)).toEqual([activate(4, 'peer-leaving'), beat('active', 4)]);
  });

  test('a leaving broker stops after a second, whatever the peer does', () => {
    const failover = active();
    failover.handle({ type: 'leave' }, 10);
    expect(pass(failover, 5_000)).toEqual([[1_010, stop('leave-timeout')]]);
  });

  test('a leaving broker stops when no peer is there to take over', () => {
    const failover = active();
    failover.handle({ type: 'leave' }, 10);
    expect(failover.handle({ type: 'peer-refused' }, 11)).toEqual([stop('nobody-to-hand-over-to')]);
  });

  test('a standby has nothing to hand over and stops at once', () => {
    expect(standby().handle({ type: 'leave' }, 10)).toEqual([beat('leaving', 3), stop('nothing-to-hand-over')]);
  });

  test('a broker without a peer stops at once, and so does one that has not started', () => {
    expect(started({ ...primary, hasPeer: false }).handle({ type: 'leave' }, 10)).toEqual([
      beat('leaving', 1),
      stop('nothing-to-hand-over'),
    ]);
    expect(createFailover(primary).handle({ type: 'leave' }, 10)).toEqual([stop('nothing-to-hand-over')]);
  });

  test('leaving twice does the same as leaving once', () => {
    const failover = active();
    failover.handle({ type: 'leave' }, 10);
    expect(failover.handle({ type: 'leave' }, 11)).toEqual([]);
    expect(pass(failover, 5_000)).toEqual([[1_010, stop('leave-timeout')]]);
  });

  test('nothing happens after the stop', () => {
    const failover = standby();
    failover.handle({ type: 'leave' }, 10);
    for (const input of everyInput) expect(failover.handle(input, 5_000)).toEqual([]);
    expect(failover.deadlineMs()).toBeUndefined();
  });
});

describe('foreign and misconfigured brokers', () => {
  test('two brokers of one rank are reported once for each incarnation', () => {
    const other: PeerBeat = {
      rank: 'primary',
      state: 'standby',
      epoch: 0,
      incarnation: 'o-one',
      address: 'qqqqqqqqqqqq',
    };
    const failover = started(primary);
    const report = { type: 'misconfigured', message: 'both brokers run as primary' };
    expect(failover.handle({ type: 'beat', beat: other }, 10)).toContainEqual(report);
    expect(failover.handle({ type: 'beat', beat: other }, 20)).not.toContainEqual(report);
    expect(failover.handle({ type: 'beat', beat: { ...other, incarnation: 'o-two' } }, 30)).toContainEqual(report);
  });

  test('a broker that hears its own beat reports that once and changes nothing', () => {
    const failover = started(backup);
    expect(failover.handle(ofBackup('leaving', 9), 10)).toEqual([expect.objectContaining({ type: 'misconfigured' })]);
    expect(failover.handle(ofBackup('active', 9), 20)).toEqual([]);
    expect(failover.peer()).toBeUndefined();
    expect(pass(failover, 1_000)).toEqual([[200, activate(1, 'peer-never-heard')]]);
  });

  test('a late beat of a replaced incarnation decides nothing', () => {
    const failover = standby();
    failover.handle(ofPrimary('active', 4, 'p-two'), 10);
    expect(failover.handle(ofPrimary('leaving', 3, 'p-one'), 20)).toEqual([]);
    expect(failover.state()).toBe('standby');
  });

  test('starting twice does the same as starting once', () => {
    const failover = standby();
    pass(failover, 100);
    expect(failover.handle({ type: 'started' }, 110)).toEqual([]);
    expect(pass(failover, 1_000)).toEqual([[200, activate(4, 'peer-silent')]]);
  });

  test('a spurious tick is harmless', () => {
    const failover = standby();
    for (let nowMs = 1; nowMs < 50; nowMs += 1) expect(failover.handle({ type: 'tick' }, nowMs)).toEqual([]);
  });
});

const everyInput: readonly FailoverInput[] = [
  { type: 'started' },
  ofPrimary('active', 9),
  ofBackup('leaving', 9, 'b-nine'),
  { type: 'peer-link-broken' },
  { type: 'peer-refused' },
  { type: 'heartbeats-read' },
  { type: 'late', lateMs: 5_000 },
  { type: 'leave' },
  { type: 'tick' },
];
