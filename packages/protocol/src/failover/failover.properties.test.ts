import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFailover } from './failover.ts';
import type { FailoverConfig, FailoverEffect, FailoverInput } from './types.ts';

/*
 * Any inputs in any order at any time: from a peer, from its former lives, from a broker of the same rank, from itself,
 * and unsolicited answers. Timers run on time, late, or not at all for a while.
 */

const heartbeatMs = 50;

const config: fc.Arbitrary<FailoverConfig> = fc.record({
  rank: fc.constantFrom('primary', 'backup'),
  address: fc.constant('mmmmmmmmmmmm'),
  incarnation: fc.constant('own'),
  hasPeer: fc.boolean(),
  heartbeatMs: fc.constant(heartbeatMs),
  peerLostMs: fc.constantFrom(100, 200, 333),
});

const beat: fc.Arbitrary<FailoverInput> = fc.record({
  type: fc.constant('beat' as const),
  beat: fc.record({
    rank: fc.constantFrom('primary', 'backup'),
    state: fc.constantFrom('standby', 'active', 'leaving'),
    epoch: fc.oneof(fc.nat(6), fc.constantFrom(Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER)),
    incarnation: fc.constantFrom('own', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
    address: fc.constantFrom('aaaaaaaaaaaa', 'mmmmmmmmmmmm', 'zzzzzzzzzzzz'),
  }),
});

const input: fc.Arbitrary<FailoverInput> = fc.oneof(
  { weight: 8, arbitrary: beat },
  { weight: 6, arbitrary: fc.constant({ type: 'tick' as const }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<FailoverInput>(
      { type: 'heartbeats-read' },
      { type: 'peer-link-broken' },
      { type: 'peer-refused' },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('late' as const),
      lateMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<FailoverInput>({ type: 'leave' }, { type: 'started' }) },
);

const passedMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 60 }),
  fc.double({ min: 0, max: 2_000, noNaN: true }),
);
const sequence = fc.array(fc.tuple(input, passedMs), { maxLength: 120 });

interface Call {
  readonly input: FailoverInput;
  readonly nowMs: number;
  readonly effects: readonly FailoverEffect[];
  readonly deadlineMs: number | undefined;
  /** The incarnation that it considers its peer. */
  readonly peer: string | undefined;
}

/** @returns every call of a broker that was started at 0 ms */
function run(by: FailoverConfig, inputs: readonly (readonly [FailoverInput, number])[]): Call[] {
  const failover = createFailover(by);
  let nowMs = 0;
  return [[{ type: 'started' }, 0] as const, ...inputs].map(([current, waitedMs]) => {
    nowMs += waitedMs;
    const effects = failover.handle(current, nowMs);
    return {
      input: current,
      nowMs,
      effects,
      deadlineMs: failover.deadlineMs(),
      peer: failover.peer()?.incarnation,
    };
  });
}

function whatever(check: (calls: readonly Call[], by: FailoverConfig) => void, numRuns = 2_000): void {
  fc.assert(
    fc.property(config, sequence, (by, inputs) => check(run(by, inputs), by)),
    { numRuns },
  );
}

describe('a broker with any inputs', () => {
  test('a broker does the same for the same inputs', () => {
    fc.assert(
      fc.property(config, sequence, (by, inputs) => {
        expect(run(by, inputs)).toEqual(run(by, inputs));
      }),
    );
  });

  test('a broker takes over only from standby, steps down only from active, and does nothing after its stop', () => {
    whatever((calls) => {
      let holds: number | undefined;
      let stopped = false;
      for (const effect of calls.flatMap(({ effects }) => effects)) {
        expect(stopped).toBe(false);
        if (effect.type === 'activate') {
          expect(holds).toBeUndefined();
          holds = effect.epoch;
        } else if (effect.type === 'deactivate') {
          expect(effect.epoch).toBe(holds);
          holds = undefined;
        } else if (effect.type === 'stop') {
          stopped = true;
        } else if (effect.type === 'beat' && effect.state === 'active') {
          expect(effect.epoch).toBe(holds);
        } else if (effect.type === 'beat' && effect.state === 'standby') {
          expect(holds).toBeUndefined();
        }
      }
    });
  });

  test('a broker never uses an epoch twice or one that was heard, until the numbers end', () => {
    whatever((calls, by) => {
      let used = 0;
      for (const { input: current, effects } of calls) {
        const heard = current.type === 'beat' && by.hasPeer && current.beat.incarnation !== 'own';
        if (heard) used = Math.max(used, current.beat.epoch);
        for (const effect of effects) {
          if (effect.type !== 'activate') continue;
          expect(effect.epoch).toBe(Math.min(used + 1, Number.MAX_SAFE_INTEGER));
          used = effect.epoch;
        }
      }
    });
  });

  test('a broker beats at every change, and otherwise never sooner than a heartbeat after the last beat', () => {
    whatever((calls) => {
      let lastMs = Number.NEGATIVE_INFINITY;
      let told = '';
      for (const { nowMs, effects } of calls) {
        for (const effect of effects) {
          if (effect.type !== 'beat') continue;
          const says = effect.state;
          if (says === told) expect(nowMs).toBeGreaterThanOrEqual(lastMs + heartbeatMs);
          lastMs = nowMs;
          told = says;
        }
        const last = effects.findLast(({ type }) => type === 'activate' || type === 'deactivate');
        if (last !== undefined) expect(told).toBe(last.type === 'activate' ? 'active' : 'standby');
      }
    });
  });

  test('a broker is due within a heartbeat, later than its last input, until it stops', () => {
    whatever((calls) => {
      for (const { nowMs, effects, deadlineMs } of calls) {
        if (effects.some(({ type }) => type === 'stop')) {
          expect(deadlineMs).toBeUndefined();
          return;
        }
        expect(deadlineMs).toBeGreaterThan(nowMs);
        expect(deadlineMs).toBeLessThanOrEqual(nowMs + heartbeatMs);
      }
    });
  });

  test('a broker has at most four effects per call, and asks each question at most once in it', () => {
    whatever((calls) => {
      for (const { effects } of calls) {
        expect(effects.length).toBeLessThanOrEqual(4);
        const asked = effects
          .map(({ type }) => type)
          .filter((type) => type === 'probe-peer' || type === 'read-heartbeats');
        expect(new Set(asked).size).toBe(asked.length);
      }
    });
  });

  test('a broker takes over by silence only without a beat for the loss time, and after the socket was read since', () => {
    whatever((calls, by) => {
      const lastMs = new Map<string | undefined, number>([[undefined, 0]]);
      let asked = false;
      for (const { input: current, nowMs, effects, peer } of calls) {
        if (current.type === 'beat') {
          lastMs.set(current.beat.incarnation, nowMs);
          if (current.beat.incarnation === peer) asked = false;
        }
        for (const effect of effects) {
          if (effect.type === 'read-heartbeats') asked = true;
          if (effect.type !== 'activate' || !['peer-silent', 'peer-never-heard'].includes(effect.cause)) continue;
          expect([current.type, asked]).toEqual(['heartbeats-read', true]);
          expect(nowMs).toBeGreaterThanOrEqual((lastMs.get(peer) ?? Number.NaN) + by.peerLostMs);
        }
      }
    });
  });
});
