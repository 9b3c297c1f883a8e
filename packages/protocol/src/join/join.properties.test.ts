import type { OperandReading } from '@cateto/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompleteRequest } from './join.ts';
import { createJoin } from './join.ts';

const senders = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'] as const;

interface Message {
  readonly n: number;
  readonly sender: string;
  readonly seq: number;
  readonly count: number;
}

/** One operand of one of a few requests. The number of operands follows from the seq. */
const message: fc.Arbitrary<Message> = fc
  .record({ sender: fc.constantFrom(...senders), seq: fc.integer({ min: 1, max: 6 }), n: fc.nat(7) })
  .map(({ sender, seq, n }) => {
    const count = 1 + (seq % 4);
    return { sender, seq, count, n: 1 + (n % count) };
  });

function valueOf({ sender, seq, n }: Pick<Message, 'sender' | 'seq' | 'n'>): string {
  return `${sender} ${seq} ${n}`;
}

function readingOf(given: Message, ttlMs = 5_000): OperandReading {
  const { seq, count } = given;
  return { seq, ttlMs, trace: undefined, formula: 'f', operands: count, value: valueOf(given), refusal: undefined };
}

/** Consecutive messages with the same topic and sender share a batch. */
function batches(messages: readonly Message[]): Message[][] {
  const all: Message[][] = [];
  for (const current of messages) {
    const last = all.at(-1);
    if (last !== undefined && last[0]?.n === current.n && last[0].sender === current.sender) last.push(current);
    else all.push([current]);
  }
  return all;
}

describe('the join with any inputs', () => {
  test('the join completes each request once for each full set of operands, with every operand in its place', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 150 }), (messages) => {
        const join = createJoin();
        /** By request: the operands that have arrived since it was last complete. */
        const present = new Map<string, Set<number>>();
        for (const batch of batches(messages)) {
          const [{ n, sender }] = batch as [Message];
          const expected: number[] = [];
          for (const { seq, count } of batch) {
            const key = `${sender} ${seq}`;
            const set = (present.get(key) ?? new Set()).add(n);
            present.set(key, set);
            if (set.size < count) continue;
            expected.push(seq);
            present.delete(key);
          }
          const operands = batch.map((current) => readingOf(current));
          const effects = join.handle({ type: 'operands', n, sender, settledBelow: 1, operands }, 0);
          expect(effects.length).toBe(expected.length === 0 ? 0 : 1);
          const requests = effects.flatMap((effect) => effect.requests);
          expect(requests.map(({ seq }) => seq)).toEqual(expected);
          for (const { seq, operands: values, refusal } of requests) {
            expect(refusal).toBeUndefined();
            expect(values).toEqual(values.map((_, index) => valueOf({ sender, seq, n: index + 1 })));
            expect(values.length).toBe(1 + (seq % 4));
          }
          expect(join.incomplete()).toBe(present.size);
        }
      }),
    );
  });

  /** The same with time, settling, lack of room, and operands that do not fit. */
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('operands' as const),
        n: fc.integer({ min: 1, max: 8 }),
        sender: fc.constantFrom(...senders),
        settledBelow: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 8 })),
        operands: fc.array(
          fc.record({
            seq: fc.integer({ min: 1, max: 8 }),
            ttlMs: fc.constantFrom(0, 100, 1_000, 1_000),
            trace: fc.constant(undefined),
            formula: fc.constantFrom('f', 'f', 'f', 'g'),
            operands: fc.integer({ min: 1, max: 3 }),
            value: fc.constant('v'),
            refusal: fc.constant(undefined),
          }),
          { maxLength: 5 },
        ),
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.constantFrom(1, 99, 100, 700) }) },
  );

  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

  function run(steps: readonly Step[], incompleteMax: number): string {
    const join = createJoin({ incompleteMax });
    const journal: unknown[] = [];
    let nowMs = 0;
    /** By request: when its operands arrived and until when they are valid, as long as they could count. */
    const heard = new Map<string, { n: number; untilMs: number }[]>();

    function check(sender: string, { seq, ttlMs, operands, refusal }: CompleteRequest): void {
      const key = `${sender} ${seq}`;
      const alive = (heard.get(key) ?? []).filter(({ untilMs }) => untilMs > nowMs);
      heard.delete(key);
      expect(ttlMs).toBeGreaterThan(0);
      expect(alive.map(({ untilMs }) => untilMs - nowMs)).toContain(ttlMs);
      if (refusal !== undefined) return;
      // All its operands have arrived since it was last complete, and in time.
      const needed = operands.map((_, index) => index + 1);
      expect(alive.map(({ n }) => n)).toEqual(expect.arrayContaining(needed));
    }

    for (const current of steps) {
      if (current.type === 'pass') {
        nowMs += current.ms;
        const dueMs = join.deadlineMs();
        expect(join.handle({ type: 'tick' }, nowMs)).toEqual([]);
        if (dueMs !== undefined && dueMs <= nowMs) expect(join.deadlineMs() ?? Infinity).toBeGreaterThan(nowMs);
      } else {
        // The record takes operands one at a time, as the join does. Completion is checked when it is reported.
        const { n, sender, settledBelow } = current;
        for (const operand of current.operands) {
          const effects = join.handle({ type: 'operands', n, sender, settledBelow, operands: [operand] }, nowMs);
          journal.push(effects);
          const key = `${sender} ${operand.seq}`;
          heard.set(key, [...(heard.get(key) ?? []), { n, untilMs: nowMs + operand.ttlMs }]);
          for (const complete of effects.flatMap(({ requests }) => requests)) {
            expect(complete.seq).toBeGreaterThanOrEqual(settledBelow);
            check(sender, complete);
          }
        }
      }
      expect(join.incomplete()).toBeLessThanOrEqual(incompleteMax);
    }
    nowMs += 2_000;
    join.handle({ type: 'tick' }, nowMs);
    expect(join.incomplete()).toBe(0);
    expect(join.deadlineMs()).toBeUndefined();
    return JSON.stringify(journal);
  }

  test('the join completes nothing that is settled, late or missing, stays within its bound and ends empty', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100 }),
        fc.integer({ min: 1, max: 6 }),
        (steps, max) => void run(steps, max),
      ),
      { numRuns: 500 },
    );
  });

  test('the join does the same for the same inputs', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 50 }), (steps) => run(steps, 3) === run(steps, 3)));
  });
});
