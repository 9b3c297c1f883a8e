import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResponderEffect, ResponderInput } from './responder.ts';
import { createResponder } from './responder.ts';

/*
 * Any requests and repetitions, answers, settlements, markers and passing of time, against a model that remembers
 * everything.
 */

const senders = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'] as const;
const bounds = { inFlightMax: 4, rememberedMs: 2_000, rememberedMax: 6, requestersMax: 2 };

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('requests' as const),
      sender: fc.constantFrom(...senders),
      seqs: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
      settle: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('answer' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('marker-up' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 1_500 }) }) },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function run(steps: readonly Step[]): string {
  const responder = createResponder<number>(bounds);
  const running: { readonly sender: string; readonly seq: number }[] = [];
  /** By requester and seq: how often it ran, and what its last run answered. */
  const ran = new Map<string, number>();
  const answers = new Map<string, unknown>();
  const settledBelow = new Map<string, number>();
  const journal: unknown[] = [];
  let nowMs = 0;

  function handle(input: ResponderInput<number>): void {
    const effects = responder.handle(input, nowMs);
    journal.push(effects);
    for (const effect of effects) check(effect);
    const { inFlight, remembered } = responder.counters();
    expect(inFlight).toBe(running.length);
    expect(inFlight).toBeLessThanOrEqual(bounds.inFlightMax);
    expect(remembered).toBeLessThanOrEqual(bounds.rememberedMax);
  }

  function check(effect: ResponderEffect<number>): void {
    if (effect.type === 'run') {
      const { sender, seq } = effect;
      const key = `${sender} ${seq}`;
      expect(running.some((one) => one.sender === sender && one.seq === seq)).toBe(false);
      expect(seq).toBeGreaterThanOrEqual(settledBelow.get(sender) ?? 1);
      // Run again only when it had to be forgotten: by its bounds, or because it was overloaded before.
      if (ran.has(key)) expect(responder.counters().evictedEarly > 0 || nowMs >= bounds.rememberedMs).toBe(true);
      ran.set(key, (ran.get(key) ?? 0) + 1);
      running.push({ sender, seq });
    } else if (effect.type === 'publish') {
      for (const { seq, outcome } of effect.results) {
        if ('code' in outcome) expect(outcome.code).toBe('overloaded');
        else expect(outcome.value).toEqual(answers.get(`${effect.to} ${seq}`));
      }
    }
  }

  function take(current: Step): void {
    if (current.do === 'pass') {
      nowMs += current.ms;
      const dueMs = responder.deadlineMs();
      if (dueMs !== undefined && dueMs <= nowMs) handle({ type: 'tick' });
      expect(responder.deadlineMs() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(nowMs);
    } else if (current.do === 'marker-up') {
      handle({ type: 'marker-up' });
    } else if (current.do === 'answer') {
      const [one] = running.splice(current.pick % Math.max(1, running.length), 1);
      if (one === undefined) return;
      const value = [one.sender, one.seq, nowMs];
      answers.set(`${one.sender} ${one.seq}`, value);
      handle({ type: 'answered', ...one, outcome: { value, via: [] } });
    } else {
      const { sender, seqs, settle } = current;
      const below = (settledBelow.get(sender) ?? 1) + (settle ? 1 : 0);
      settledBelow.set(sender, below);
      const requests = seqs.map((seq) => ({
        seq,
        replyTopic: 'calc.square.result.1',
        ttlMs: 5_000,
        work: seq,
        refusal: undefined,
      }));
      handle({ type: 'requests', sender, settledBelow: below, requests });
    }
  }

  for (const current of steps) take(current);
  return JSON.stringify(journal);
}

test('an id is not run while it runs or is remembered, answers are their own request’s, and no bound is passed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => void run(steps)),
    { numRuns: 1_000 },
  );
});

test('the same inputs give the same effects', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => run(steps) === run(steps)));
});
