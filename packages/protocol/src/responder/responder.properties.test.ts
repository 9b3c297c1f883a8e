import type { Failure, Success } from '@cateto/contracts';
import { failure, isFailure } from '@cateto/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decided, SaidPlainly } from './plain-responder.test-support.ts';
import { counts, createPlainResponder, nothingDecided, settles } from './plain-responder.test-support.ts';
import { createResponder } from './responder.ts';
import type { ResponderConfig, ResponderEffect, ResponderInput } from './types.ts';

const senders = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc', 'dddddddddddd', 'eeeeeeeeeeee'] as const;
const topics = ['calc.square.result.1', 'calc.square.result.2'] as const;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('ask' as const),
      sender: fc.constantFrom(...senders),
      settledBelow: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 9 })),
      stragglers: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }), {
        nil: undefined,
      }),
      requests: fc.array(
        fc.record({
          seq: fc.integer({ min: 1, max: 9 }),
          replyTopic: fc.constantFrom(...topics),
          ttlMs: fc.constantFrom(0, 100, 5_000, 5_000, 5_000),
          refused: fc.constantFrom(undefined, undefined, undefined, undefined, 'invalid-request', 'overloaded'),
        }),
        { maxLength: 5 },
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('answer' as const), pick: fc.nat(50) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('answer-amiss' as const),
      sender: fc.constantFrom(...senders),
      seq: fc.integer({ min: 1, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('marker-up' as const, 'tick' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 100, 499, 1_000, 3_000, 20_000, 60_000),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const steps = fc.array(step, { maxLength: 120 });
/** When it is told to drain, if at all. */
const drainAt = fc.option(fc.nat(120), { freq: 2 });

/** Without the progress in beats, because these tests ignore beats. No request here has values that are counted. */
type Bounds = Required<Omit<ResponderConfig, 'shareOf' | 'isCongested' | 'answersTo' | 'inFlightBytesMax'>>;

const roomy: Bounds = {
  handlerGraceMs: 1_000,
  inFlightMax: 10_000,
  rememberedMs: 60_000,
  rememberedMax: 100_000,
  rememberedBytesMax: 1_000_000,
  requestersMax: 10_000,
};
const tight: typeof roomy = {
  handlerGraceMs: 1_000,
  inFlightMax: 3,
  rememberedMs: 60_000,
  rememberedMax: 4,
  rememberedBytesMax: 1_000_000,
  requestersMax: 3,
};
/** One of every three outcomes takes 224 bytes, and refusals take some too. */
const heavy: typeof roomy = { ...roomy, rememberedBytesMax: 500 };
const crowded: typeof roomy = { ...tight, inFlightMax: 6, requestersMax: 2 };

interface World {
  /** The running ids, and since when. */
  readonly running: Map<string, { sender: string; seq: number }>;
  readonly nowMs: number;
  readonly effects: readonly ResponderEffect<string>[];
  readonly input: ResponderInput<string>;
}

/** Passes the steps to a responder as its driver would, and shows each input with its effects. */
function play(
  config: ResponderConfig,
  given: readonly Step[],
  drain: number | null,
  look: (world: World, counters: ReturnType<ReturnType<typeof createResponder>['counters']>) => void = () => undefined,
): string {
  const responder = createResponder<string>(config);
  const running = new Map<string, { sender: string; seq: number }>();
  const journal: unknown[] = [];
  let nowMs = 0;
  let outcomes = 0;

  function handle(input: ResponderInput<string>): void {
    const effects = responder.handle(input, nowMs);
    journal.push(effects);
    look({ running, nowMs, effects, input }, responder.counters());
    if (input.type === 'answered') running.delete(`${input.sender} ${input.seq}`);
    for (const effect of effects) {
      if (effect.type === 'run') running.set(`${effect.sender} ${effect.seq}`, effect);
      if (effect.type === 'give-up') running.delete(`${effect.sender} ${effect.seq}`);
    }
    const dueMs = responder.deadlineMs();
    const { remembered, inFlight } = responder.counters();
    if (remembered > 0 || inFlight > 0) expect(dueMs).toBeDefined();
    if (dueMs !== undefined) expect(dueMs).toBeGreaterThan(nowMs);
  }

  function answer(sender: string, seq: number): void {
    outcomes += 1;
    handle({
      type: 'answered',
      sender,
      seq,
      outcome: { value: outcomes % 3 === 0 ? 'x'.repeat(100) : outcomes, fallbacks: [] },
    });
  }

  function take(current: Step): void {
    switch (current.type) {
      case 'ask': {
        const requests = current.requests.map(({ refused, ...request }) => {
          const refusal = refused === undefined ? undefined : failure(refused, `refused at ${nowMs}`);
          return { ...request, work: `work ${request.seq}`, refusal };
        });
        const { sender, settledBelow, stragglers } = current;
        return handle({ type: 'requests', sender, settledBelow, stragglers, requests });
      }
      case 'answer': {
        const picked = [...running.values()][current.pick % Math.max(1, running.size)];
        return picked === undefined ? undefined : answer(picked.sender, picked.seq);
      }
      case 'answer-amiss':
        return running.has(`${current.sender} ${current.seq}`) ? undefined : answer(current.sender, current.seq);
      case 'pass':
        nowMs += current.ms;
        return;
      default:
        return handle({ type: current.type });
    }
  }

  for (const [index, current] of given.entries()) {
    if (index === drain) handle({ type: 'drain' });
    take(current);
  }
  return JSON.stringify(journal);
}

describe('the responder with any inputs', () => {
  test('the responder does the same as a plain list of its rules', () => {
    fc.assert(
      fc.property(steps, drainAt, fc.constantFrom(tight, crowded, roomy, heavy), (given, drain, config) => {
        const plain = createPlainResponder(config);
        play(config, given, drain, ({ effects, input, nowMs }, counters) => {
          expect(decidedBy(effects)).toEqual(plain.handle(input, nowMs));
          expect(counters).toEqual(plain.counters());
        });
      }),
      { numRuns: 2_000 },
    );
  });

  test('the responder never runs an id that runs, is remembered, given up or settled, or has no time left', () => {
    fc.assert(
      fc.property(steps, drainAt, (given, drain) => {
        /** By id: until when its outcome is remembered, if there is room for everything. */
        const rememberedUntilMs = new Map<string, number>();
        const words = new Map<string, SaidPlainly & { saidMs: number }>();
        const wordOf = (sender: string) => words.get(sender) ?? { settledBelow: 1, stragglers: [], saidMs: 0 };
        const isSettled = ({ sender, seq }: { sender: string; seq: number }) => settles(wordOf(sender), seq);
        /** The ids that were to be ended. */
        const ended = new Set<string>();
        play(roomy, given, drain, ({ effects, input, nowMs, running }) => {
          if (input.type === 'requests') {
            const said = { settledBelow: input.settledBelow, stragglers: input.stragglers ?? [], saidMs: nowMs };
            if (counts(wordOf(input.sender), said, nowMs)) {
              words.set(input.sender, said);
              // Settled outcomes are forgotten, and a word that is withdrawn does not bring them back.
              for (const id of rememberedUntilMs.keys()) {
                const [sender, seq] = id.split(' ');
                if (sender === input.sender && settles(said, Number(seq))) rememberedUntilMs.delete(id);
              }
            }
          }
          for (const effect of effects) {
            if (effect.type === 'publish' && input.type === 'answered') {
              rememberedUntilMs.set(`${input.sender} ${input.seq}`, nowMs + 60_000);
            }
            if (effect.type === 'cancel') ended.add(`${effect.run.sender} ${effect.run.seq}`);
            if (effect.type === 'give-up' && !isSettled(effect) && !ended.has(`${effect.sender} ${effect.seq}`)) {
              rememberedUntilMs.set(`${effect.sender} ${effect.seq}`, nowMs + 60_000);
            }
            if (effect.type !== 'run') continue;
            const id = `${effect.sender} ${effect.seq}`;
            ended.delete(id);
            expect(running.has(id)).toBe(false);
            expect(rememberedUntilMs.get(id) ?? 0).toBeLessThanOrEqual(nowMs);
            expect(isSettled(effect)).toBe(false);
            expect(effect.deadlineMs).toBeGreaterThan(nowMs);
          }
        });
      }),
      { numRuns: 500 },
    );
  });

  test('the responder publishes only to the requester, on its topic, and only an outcome of that id', () => {
    fc.assert(
      fc.property(steps, drainAt, fc.constantFrom(tight, crowded, roomy), (given, drain, config) => {
        const asked = new Set<string>();
        /** By id: the outcomes that were reported for it. */
        const outcomes = new Map<string, Set<Success | Failure>>();
        const allow = (id: string, outcome: Success | Failure): void =>
          void outcomes.set(id, (outcomes.get(id) ?? new Set()).add(outcome));
        play(config, given, drain, ({ effects, input }) => {
          if (input.type === 'requests') {
            for (const { seq, replyTopic, refusal } of input.requests) {
              asked.add(`${input.sender} ${seq} ${replyTopic}`);
              if (refusal !== undefined) allow(`${input.sender} ${seq}`, refusal);
            }
          }
          if (input.type === 'answered') allow(`${input.sender} ${input.seq}`, input.outcome);
          for (const effect of effects) {
            if (effect.type !== 'publish') continue;
            for (const { seq, outcome } of effect.results) {
              expect(asked).toContain(`${effect.to} ${seq} ${effect.topic}`);
              const isOwn = typeof plainly(outcome) === 'string';
              expect(isOwn || outcomes.get(`${effect.to} ${seq}`)?.has(outcome)).toBe(true);
            }
          }
        });
      }),
      { numRuns: 500 },
    );
  });

  test('the responder stays within its bounds, and is drained once, when nothing runs', () => {
    fc.assert(
      fc.property(steps, drainAt, fc.constantFrom(tight, crowded), (given, drain, config) => {
        let draining = false;
        let drainedTimes = 0;
        play(config, given, drain, ({ effects, input }, counters) => {
          expect(counters.inFlight).toBeLessThanOrEqual(config.inFlightMax);
          expect(counters.remembered).toBeLessThanOrEqual(config.rememberedMax);
          expect(counters.requesters).toBeLessThanOrEqual(config.requestersMax);
          if (draining) expect(effects.some(({ type }) => type === 'run')).toBe(false);
          if (input.type === 'drain') draining = true;
          drainedTimes += effects.filter(({ type }) => type === 'drained').length;
          expect(drainedTimes).toBe(draining && counters.inFlight === 0 ? 1 : 0);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('the responder does the same for the same inputs', () => {
    fc.assert(fc.property(steps, drainAt, (given, drain) => play(tight, given, drain) === play(tight, given, drain)));
  });
});

/** Outcomes of the responder's own are compared by their code alone. */
function plainly(outcome: Success | Failure): Success | Failure | 'overloaded' | 'given up' {
  if (!isFailure(outcome)) return outcome;
  if (outcome.code === 'deadline-exceeded') return 'given up';
  return outcome.code === 'overloaded' ? 'overloaded' : outcome;
}

/** Effects in the form of the plain responder. */
function decidedBy(effects: readonly ResponderEffect<string>[]): Decided {
  const decided = nothingDecided();
  for (const effect of effects) {
    switch (effect.type) {
      case 'run': {
        const { sender, seq, deadlineMs } = effect;
        decided.runs.push({ sender, seq, deadlineMs });
        break;
      }
      case 'publish': {
        const { topic, to, results } = effect;
        for (const { seq, outcome } of results) {
          decided.published.push({ topic, to, seq, outcome: plainly(outcome) });
        }
        break;
      }
      case 'give-up':
        decided.givenUp.push({ sender: effect.sender, seq: effect.seq });
        break;
      case 'full':
        decided.told.push({ what: effect.what, forMs: undefined, refused: 0 });
        break;
      case 'has-room': {
        const { what, forMs, refused } = effect;
        decided.told.push({ what, forMs, refused });
        break;
      }
      case 'cancel':
        decided.ended.push({ sender: effect.run.sender, seq: effect.run.seq });
        break;
      case 'returned':
        throw new Error('nothing waits for long here');
      case 'drained':
        decided.drained = true;
        break;
      case 'beat':
        // The plain model has no beats; beats.test.ts tests them.
        break;
    }
  }
  decided.ended.sort((one, other) => one.seq - other.seq);
  return decided;
}
