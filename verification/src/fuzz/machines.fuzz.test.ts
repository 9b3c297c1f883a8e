import { failure, isFailure, topicShape } from '@cateto/contracts';
import type {
  BatchInput,
  ReturnPathInput,
  FailoverInput,
  JoinInput,
  ListenersInput,
  RequesterEffect,
  RequesterInput,
  ResponderInput,
  Target,
} from '@cateto/protocol';
import {
  createBatch,
  createReturnPath,
  createFailover,
  createJoin,
  createListeners,
  createRequester,
  createResponder,
} from '@cateto/protocol';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { fuzz } from './fuzzing.ts';

/*
 * Inputs that hostile peers can cause. They have the right types, because every message is parsed on arrival, but come
 * in any order, at any time, with any ids, senders and numbers. No input makes a machine throw, every table stays
 * within its bound, a deadline is never in the past, and the same inputs have the same effects.
 */

const senders = fc.constantFrom('aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc', 'dddddddddddd', 'eeeeeeeeeeee');
const seqs = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 12 }) }, fc.constantFrom(2 ** 31, 2 ** 53 - 1));
const ttls = fc.constantFrom(0, 0.001, 1, 900, 1_000, 5_000, 86_400_000);
const passing = fc.constantFrom(0, 0, 0, 0.5, 1, 5, 49, 51, 200, 999, 1_000, 2_000, 60_000, 86_400_000);
const topics = fc.constantFrom('calc.square.result.1', 'calc.square.result.2', 'calc.hypotenuse.result');
const outcome = fc.constantFrom(
  { value: 144, fallbacks: [] as const },
  { value: 'x'.repeat(200), fallbacks: [1] as const },
  failure('overloaded', 'no'),
  failure('contract-mismatch', 'no'),
  failure('out-of-domain', 'no'),
  failure('internal', 'y'.repeat(200)),
);

interface Machine<I> {
  handle(input: I, nowMs: number): readonly unknown[];
  deadlineMs?(): number | undefined;
}

/** Passes in every input at its time, and returns the effects as text. `check` runs after each input. */
function drive<I>(
  machine: Machine<I>,
  inputs: readonly (readonly [I, passedMs: number])[],
  check: (effects: readonly unknown[], nowMs: number, input: I) => void,
): string {
  const journal: unknown[] = [];
  let nowMs = 0;
  for (const [input, passedMs] of inputs) {
    nowMs += passedMs;
    const effects = machine.handle(input, nowMs);
    journal.push(effects, machine.deadlineMs?.());
    check(effects, nowMs, input);
  }
  return JSON.stringify(journal);
}

function inOrder<I>(input: fc.Arbitrary<I>): fc.Arbitrary<[I, number][]> {
  return fc.array(fc.tuple(input, passing), { maxLength: 40, size: 'max' });
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function mustBeLater(dueMs: number | undefined, nowMs: number): void {
  must(dueMs === undefined || dueMs > nowMs, `due at ${dueMs}, and it is ${nowMs}`);
}

const stragglers = fc.option(fc.array(seqs, { maxLength: 4 }), { nil: undefined });

describe('any inputs of a stranger', () => {
  const joinInput: fc.Arbitrary<JoinInput> = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        type: fc.constant('operands' as const),
        n: fc.integer({ min: 1, max: 8 }),
        sender: senders,
        settledBelow: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, seqs),
        stragglers,
        operands: fc.array(
          fc.record({
            seq: seqs,
            ttlMs: ttls,
            trace: fc.constantFrom(undefined, 'trace'),
            formula: fc.constantFrom('hypotenuse', 'hypotenuse', 'leg'),
            operands: fc.integer({ min: 1, max: 8 }),
            value: fc.nat(3),
            refusal: fc.constantFrom(undefined, undefined, failure('invalid-request', 'no')),
          }),
          { maxLength: 4 },
        ),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'tick' as const }) },
  );

  fuzz(
    'the join keeps within its bound and completes only what is whole or refused',
    8,
    fc.property(inOrder(joinInput), fc.integer({ min: 1, max: 6 }), (inputs, incompleteMax) => {
      const run = (): string => {
        const join = createJoin({ incompleteMax });
        return drive(join, inputs, (_effects, nowMs) => {
          must(join.incomplete() <= incompleteMax, 'too many');
          must(
            (join.deadlineMs() === undefined) === (join.incomplete() === 0) || join.incomplete() === 0,
            'no look-out',
          );
          mustBeLater(join.deadlineMs(), nowMs);
        });
      };
      expect(run()).toBe(run());
    }),
  );

  const responderInput: fc.Arbitrary<ResponderInput<string>> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('requests' as const),
        sender: senders,
        settledBelow: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, seqs),
        stragglers,
        requests: fc.array(
          fc.record({
            seq: seqs,
            replyTopic: topics,
            ttlMs: ttls,
            work: fc.constant('work'),
            refusal: fc.constantFrom(undefined, undefined, undefined, failure('invalid-request', 'no')),
          }),
          { maxLength: 4 },
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant('answered' as const), sender: senders, seq: seqs, outcome }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('cancel' as const),
        sender: senders,
        settledBelow: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, seqs),
        stragglers,
        seqs: fc.array(seqs, { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.constantFrom({ type: 'marker-up' as const }, { type: 'tick' as const }) },
    { weight: 1, arbitrary: fc.constant({ type: 'drain' as const }) },
  );

  fuzz(
    'the responder keeps within its bounds, runs no request twice at a time, and answers only requests',
    10,
    fc.property(
      inOrder(responderInput),
      fc.record({
        inFlightMax: fc.integer({ min: 1, max: 5 }),
        rememberedMax: fc.integer({ min: 1, max: 5 }),
        requestersMax: fc.integer({ min: 1, max: 4 }),
      }),
      (inputs, bounds) => {
        const run = (): string => {
          const responder = createResponder<string>(bounds);
          const running = new Set<string>();
          const asked = new Set<string>();
          const cancelled = new Set<string>();
          let drained = 0;
          return drive(responder, inputs, (effects, nowMs, input) => {
            if (input.type === 'requests') for (const { seq } of input.requests) asked.add(`${input.sender} ${seq}`);
            const decided = effects as ReturnType<typeof responder.handle>;
            for (const effect of decided) {
              if (effect.type !== 'give-up') continue;
              must(running.delete(`${effect.sender} ${effect.seq}`), 'given up, and did not run');
            }
            if (input.type === 'answered') running.delete(`${input.sender} ${input.seq}`);
            for (const effect of decided) {
              if (effect.type === 'drained') {
                drained += 1;
              } else if (effect.type === 'run') {
                const id = `${effect.sender} ${effect.seq}`;
                must(!running.has(id) && drained === 0, `${id} runs twice, or after the drain`);
                must(effect.deadlineMs > nowMs, 'no time left');
                running.add(id);
                cancelled.delete(id);
              } else if (effect.type === 'cancel') {
                const id = `${effect.run.sender} ${effect.run.seq}`;
                const says = input.type === 'cancel' || input.type === 'requests';
                must(says && input.sender === effect.run.sender, 'cancelled or settled by a stranger');
                must(running.has(id) && !cancelled.has(id), `${id} does not run, or is cancelled twice`);
                cancelled.add(id);
              } else if (effect.type === 'publish') {
                must(effect.results.length > 0, 'nothing published');
                for (const { seq, outcome: published } of effect.results) {
                  must(asked.has(`${effect.to} ${seq}`), 'nobody asked');
                  const isNews = input.type === 'answered' && input.seq === seq && published === input.outcome;
                  must(!isNews || !cancelled.has(`${effect.to} ${seq}`), 'an outcome of what was cancelled');
                }
              }
            }
            const counters = responder.counters();
            must(drained <= 1, 'drained twice');
            must(counters.inFlight === running.size && counters.inFlight <= bounds.inFlightMax, 'too many in flight');
            must(counters.remembered <= bounds.rememberedMax, 'too many remembered');
            must(counters.requesters <= bounds.requestersMax, 'too many requesters');
            mustBeLater(responder.deadlineMs(), nowMs);
          });
        };
        expect(run()).toBe(run());
      },
    ),
  );

  const requestRoutes = fc.constantFrom('calc.square.request.1', 'calc.square.request.2');
  type Asking = RequesterInput<number> | { readonly type: 'ask'; readonly given: Target; ttlMs: number };
  const held = fc.integer({ min: 0, max: 16 });
  const requesterInput: fc.Arbitrary<Asking> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('ask' as const),
        ttlMs: ttls,
        given: fc.record({
          route: requestRoutes,
          answerRoute: topics,
          contract: fc.constant('square'),
          unheard: fc.constantFrom('hold' as const, 'fail' as const),
          pinned: fc.option(senders, { nil: undefined, freq: 6 }),
        }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('results' as const),
        sender: senders,
        answerRoute: topics,
        results: fc.array(fc.record({ seq: seqs, outcome }), { maxLength: 3 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constantFrom('listener-up' as const, 'listener-up' as const, 'listener-down' as const),
        route: requestRoutes,
        address: senders,
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('marker-up' as const, 'marker-down' as const), held }) },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constantFrom('confirmed' as const, 'unconfirmed' as const, 'turn-ended' as const, 'tick' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), seq: seqs }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('path-proven' as const), proof: fc.integer({ min: 1, max: 9 }) }),
    },
  );

  fuzz(
    'the requester settles every call once, sends to listeners only, and takes answers from those it asked',
    10,
    fc.property(inOrder(requesterInput), fc.integer({ min: 1, max: 8 }), (inputs, openMax) => {
      const run = (): string => {
        let chance = 0.3;
        const random = (): number => (chance = (chance * 7.31 + 0.17) % 1);
        const requester = createRequester<number>({ random, answerTimeoutMs: 2_000, openMax });
        const listening = new Set<string>();
        const routeOf = new Map<number, string>();
        const asked = new Set<string>();
        const settled = new Set<number>();
        const check = (effects: readonly RequesterEffect<number>[], input: RequesterInput<number>): void => {
          for (const effect of effects) {
            if (effect.type === 'await-turn' || effect.type === 'prove-path') continue;
            if (effect.type === 'cancel') {
              for (const seq of effect.seqs) {
                must(asked.has(`${seq} ${effect.to}`) && settled.has(seq), 'cancelled where it is not, or too soon');
              }
              continue;
            }
            const { seq } = effect;
            must(!settled.has(seq), `${seq} is settled`);
            if (effect.type === 'send') {
              must(listening.has(`${routeOf.get(seq)} ${effect.to}`), 'sent to nobody');
              asked.add(`${seq} ${effect.to}`);
            } else {
              settled.add(seq);
              if (input.type !== 'results') continue;
              // An answer makes room. Then requests are found that are too late to be sent, and they fail.
              const isOwn = effect.type === 'settle' && isFailure(effect.outcome);
              const isAnswered = input.results.some((one) => one.seq === seq);
              must((isOwn && !isAnswered) || asked.has(`${seq} ${input.sender}`), 'settled by a stranger');
            }
          }
          must(requester.counters().open <= openMax, 'too many open');
          const below = requester.settledBelow();
          const open = requester.stragglers() ?? [];
          for (let one = 1; one < below; one += 1)
            must(settled.has(one) !== open.includes(one), `${one} is not settled`);
        };
        let lastSeq = 0;
        let endMs = 0;
        const machine = {
          handle(input: Asking, nowMs: number): readonly unknown[] {
            endMs = nowMs;
            let taken: RequesterInput<number>;
            if (input.type === 'ask') {
              lastSeq += 1;
              routeOf.set(lastSeq, input.given.route);
              taken = {
                type: 'call',
                call: { seq: lastSeq, target: input.given, work: 0, deadlineMs: nowMs + input.ttlMs },
              };
            } else {
              taken = input;
            }
            if (taken.type === 'listener-up') listening.add(`${taken.route} ${taken.address}`);
            if (taken.type === 'listener-down') listening.delete(`${taken.route} ${taken.address}`);
            const effects = requester.handle(taken, nowMs);
            check(effects, taken);
            if (taken.type === 'tick') mustBeLater(requester.deadlineMs(), nowMs);
            return effects;
          },
          deadlineMs: requester.deadlineMs,
        };
        const journal = drive(machine, inputs, () => undefined);
        check(requester.handle({ type: 'tick' }, endMs + 86_400_001), { type: 'tick' });
        expect(settled.size).toBe(lastSeq);
        expect(requester.counters().open).toBe(0);
        return journal;
      };
      expect(run()).toBe(run());
    }),
  );

  const shapes = fc.oneof(
    fc
      .tuple(
        fc.constantFrom(
          'calc.request.1',
          'calc.request.2',
          'calc.request.9',
          'calc.square.request.1',
          'calc.status.request',
          'calc.events.request',
          'calc.hypotenuse.result',
          'calc.hello',
        ),
        senders,
      )
      .map((parts) => parts.join('.')),
    fc.tuple(fc.nat(20), senders).map(([epoch, broker]) => `calc.broker.${epoch}.${broker}`),
    fc.constantFrom('', 'calc.', 'calc.broker.', 'calc.broker.-1.aaaaaaaaaaaa', 'calc.request.1', 'x'.repeat(1_000)),
  );
  const listenersInput: fc.Arbitrary<ListenersInput> = fc.record({
    type: fc.constantFrom('subscribed' as const, 'subscribed' as const, 'unsubscribed' as const),
    topic: shapes,
  });

  fuzz(
    'the listener table keeps within its bound and tells each coming and going once',
    5,
    fc.property(inOrder(listenersInput), fc.integer({ min: 1, max: 4 }), (inputs, addressesMax) => {
      const run = (): string => {
        const listeners = createListeners({ addressesMax });
        const up = new Set<string>();
        let markers = 0;
        return drive(listeners, inputs, (effects) => {
          for (const effect of effects as ReturnType<typeof listeners.handle>) {
            if (effect.type === 'refused' || effect.type === 'server-ended') continue;
            if (effect.type === 'marker-up' || effect.type === 'marker-down') {
              markers += effect.type === 'marker-up' ? 1 : -1;
              must(effect.held === markers && markers >= 0 && markers <= 16, 'markers miscounted');
              must(topicShape(effect.marker)?.shape === 'marker', 'no marker');
            } else {
              const one = `${effect.route} ${effect.address}`;
              must(up.has(one) === (effect.type === 'listener-down'), `${one} told twice`);
              if (effect.type === 'listener-up') up.add(one);
              else up.delete(one);
            }
          }
          must(new Set([...up].map((one) => one.split(' ')[1])).size <= addressesMax, 'too many addresses');
        });
      };
      expect(run()).toBe(run());
    }),
  );

  const earInput: fc.Arbitrary<ReturnPathInput> = fc.oneof(
    fc.record({ type: fc.constant('markers-changed' as const), held: fc.integer({ min: 0, max: 16 }) }),
    fc.record({ type: fc.constant('hello-heard' as const), counter: seqs }),
    fc.constantFrom({ type: 'reconnected' as const }, { type: 'tick' as const }),
  );

  fuzz(
    'the return path is confirmed by its own counter alone, and is due later than now',
    3,
    fc.property(inOrder(earInput), (inputs) => {
      const run = (): string => {
        const returnPath = createReturnPath();
        let said = 0;
        return drive(returnPath, inputs, (effects, nowMs, input) => {
          for (const effect of effects as ReturnType<typeof returnPath.handle>) {
            if (effect.type === 'say-hello') said = effect.counter;
            if (effect.type === 'confirmed')
              must(input.type === 'hello-heard' && input.counter >= said, 'proven by nothing');
          }
          if (input.type === 'tick') mustBeLater(returnPath.deadlineMs(), nowMs);
        });
      };
      expect(run()).toBe(run());
    }),
  );

  const batchInput: fc.Arbitrary<BatchInput> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant('add' as const), topic: topics, to: senders, message: fc.tuple(seqs) }),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'flush' as const }) },
  );

  fuzz(
    'the batch sends every message once, in order, never more than fit',
    3,
    fc.property(inOrder(batchInput), fc.integer({ min: 1, max: 4 }), fc.nat(90), (inputs, messagesMax, bytesMax) => {
      const batch = createBatch({ messagesMax, bytesMax });
      const added: unknown[] = [];
      const sent: unknown[] = [];
      const all = [...inputs, [{ type: 'flush' as const }, 0] as const];
      drive(batch, all, (effects, _nowMs, input) => {
        if (input.type === 'add') added.push(input.message);
        for (const effect of effects as ReturnType<typeof batch.handle>) {
          if (effect.type === 'flush-soon') continue;
          must(effect.messages.length > 0 && effect.messages.length <= messagesMax, 'none, or too many');
          must(effect.bytes <= bytesMax || effect.messages.length === 1, 'too large');
          sent.push(...effect.messages);
        }
      });
      expect(sent.length).toBe(added.length);
      expect(new Set(sent)).toEqual(new Set(added));
    }),
  );

  const incarnations = fc.constantFrom('iiiiiiiiiiii', 'jjjjjjjjjjjj', 'ownownownown');
  const failoverInput: fc.Arbitrary<FailoverInput> = fc.oneof(
    { weight: 2, arbitrary: fc.constant({ type: 'started' as const }) },
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('beat' as const),
        beat: fc.record({
          rank: fc.constantFrom('primary' as const, 'backup' as const),
          state: fc.constantFrom('standby' as const, 'active' as const, 'leaving' as const),
          epoch: fc.oneof(fc.nat(5), fc.constantFrom(2 ** 53 - 1, 2 ** 53 - 2)),
          incarnation: incarnations,
          address: senders,
        }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        { type: 'peer-link-broken' as const },
        { type: 'peer-refused' as const },
        { type: 'heartbeats-read' as const },
        { type: 'tick' as const },
        { type: 'late' as const, lateMs: 60 },
      ),
    },
    { weight: 1, arbitrary: fc.constant({ type: 'leave' as const }) },
  );

  fuzz(
    'a broker holds one marker at most, of an epoch that grows, and does nothing after its end',
    6,
    fc.property(inOrder(failoverInput), fc.boolean(), (inputs, hasPeer) => {
      const run = (): string => {
        const failover = createFailover({
          rank: 'backup',
          address: 'ffffffffffff',
          incarnation: 'ownownownown',
          hasPeer,
          heartbeatMs: 50,
          peerLostMs: 200,
        });
        let marker: number | undefined;
        let lastEpoch = 0;
        let stopped = false;
        const steps = [[{ type: 'started' as const }, 0] as const, ...inputs];
        return drive(failover, steps, (effects, nowMs) => {
          for (const effect of effects as ReturnType<typeof failover.handle>) {
            must(!stopped, 'does something after its end');
            if (effect.type === 'activate') {
              must(marker === undefined && Number.isSafeInteger(effect.epoch), 'a second marker');
              must(effect.epoch > lastEpoch || effect.epoch === Number.MAX_SAFE_INTEGER, 'an epoch that was used');
              marker = effect.epoch;
              lastEpoch = effect.epoch;
            } else if (effect.type === 'deactivate') {
              must(marker === effect.epoch, 'withdraws what it does not hold');
              marker = undefined;
            } else if (effect.type === 'stop') {
              stopped = true;
            }
          }
          mustBeLater(failover.deadlineMs(), nowMs);
        });
      };
      expect(run()).toBe(run());
    }),
  );
});
