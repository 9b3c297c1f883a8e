import { anyLaneRoute, failure } from '@cateto/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRequester } from './requester.ts';
import type { RequesterEffect, RequesterInput } from './types.ts';

/*
 * Any inputs in any order, among them answers of servers that really got a request. The duties of the driver are kept:
 * seqs count up, ticks come when they are due, an awaited turn ends.
 */

const routes = ['calc.square.request.1', 'calc.square.request.2'] as const;
/** Some requests may take either lane. */
const anyLane = anyLaneRoute('square');
const addresses = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'] as const;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      route: fc.constantFrom(...routes, anyLane),
      ttlMs: fc.integer({ min: 1, max: 6_000 }),
      unheard: fc.constantFrom('hold' as const, 'fail' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      pick: fc.nat(),
      kind: fc.constantFrom('value', 'overloaded', 'out-of-domain', 'contract-mismatch'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('up' as const, 'down' as const),
      route: fc.constantFrom(...routes),
      address: fc.constantFrom(...addresses),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('markers' as const), held: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('confirmed' as const, 'unconfirmed' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('beat' as const),
      address: fc.constantFrom(...addresses),
      window: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      held: fc.option(fc.nat(), { nil: undefined }),
      returned: fc.option(fc.nat(), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ended' as const), address: fc.constantFrom(...addresses) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 900 }) }) },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Applies the steps and checks the invariants after each. Returns all effects. */
function run(steps: readonly Step[], openMax: number): string {
  const requester = createRequester<number>({ random: () => 0.37, answerTimeoutMs: 2_000, openMax });
  const deadlines = new Map<number, number>();
  const routeOf = new Map<number, string>();
  const settled = new Set<number>();
  const toldSettled = new Set<number>();
  const asked: { seq: number; to: string }[] = [];
  const up = new Set<string>();
  const journal: unknown[] = [];
  let nowMs = 0;
  let seq = 0;
  let held = 0;
  let confirmed = false;

  function handle(input: RequesterInput<number>): void {
    const effects = requester.handle(input, nowMs);
    journal.push(effects);
    for (const effect of effects) check(effect);
    for (const effect of effects) {
      if (effect.type === 'await-turn') handle({ type: 'turn-ended' });
      if (effect.type === 'prove-path') handle({ type: 'path-proven', proof: effect.proof });
    }
  }

  function check(effect: RequesterEffect<number>): void {
    if (effect.type === 'send') {
      expect(settled.has(effect.seq)).toBe(false);
      expect(held).toBeGreaterThan(0);
      expect(up.has(`${effect.route} ${effect.to}`)).toBe(true);
      expect([effect.route, anyLane]).toContain(routeOf.get(effect.seq));
      if (!asked.some((attempt) => attempt.seq === effect.seq)) expect(confirmed).toBe(true);
      asked.push({ seq: effect.seq, to: effect.to });
    } else if (effect.type === 'settle') {
      expect(settled.has(effect.seq)).toBe(false);
      expect(nowMs).toBeLessThanOrEqual(deadlines.get(effect.seq) ?? -1);
      settled.add(effect.seq);
    }
  }

  function tickUntil(untilMs: number): void {
    for (let due = requester.deadlineMs(); due !== undefined && due <= untilMs; due = requester.deadlineMs()) {
      nowMs = Math.max(nowMs, due);
      handle({ type: 'tick' });
    }
    nowMs = untilMs;
  }

  function take(current: Step): void {
    switch (current.do) {
      case 'call': {
        seq += 1;
        const { route, unheard, ttlMs } = current;
        deadlines.set(seq, nowMs + ttlMs);
        routeOf.set(seq, route);
        const answerRoute = route.replace('request', 'result');
        return handle({
          type: 'call',
          call: {
            seq,
            target: {
              route,
              answerRoute,
              contract: 'square',
              unheard,
              lanes: route === anyLane ? routes.toReversed() : undefined,
            },
            work: seq,
            deadlineMs: nowMs + ttlMs,
          },
        });
      }
      case 'answer': {
        const attempt = asked[current.pick % Math.max(1, asked.length)];
        if (attempt === undefined) return;
        const answerRoute = (routeOf.get(attempt.seq) ?? '').replace('request', 'result');
        const outcome = current.kind === 'value' ? { value: attempt.seq, fallbacks: [] } : failure(current.kind, 'no');
        return handle({ type: 'results', sender: attempt.to, answerRoute, results: [{ seq: attempt.seq, outcome }] });
      }
      case 'up':
        up.add(`${current.route} ${current.address}`);
        return handle({ type: 'listener-up', route: current.route, address: current.address });
      case 'down':
        up.delete(`${current.route} ${current.address}`);
        return handle({ type: 'listener-down', route: current.route, address: current.address });
      case 'markers': {
        const before = held;
        held = current.held;
        if (held > before) handle({ type: 'marker-up', held });
        else if (held < before) handle({ type: 'marker-down', held });
        return;
      }
      case 'confirmed':
        confirmed = true;
        return handle({ type: 'confirmed' });
      case 'unconfirmed':
        confirmed = false;
        return handle({ type: 'unconfirmed' });
      case 'beat': {
        const one = (pick: number | undefined): number[] | undefined =>
          pick === undefined ? undefined : [1 + (pick % Math.max(1, seq)), 1 + (pick % Math.max(1, seq))];
        const windows = current.window === undefined ? undefined : { square: current.window };
        const { address } = current;
        return handle({
          type: 'beat',
          sender: address,
          held: one(current.held),
          silentMs: 1_000,
          windows,
          returned: one(current.returned),
        });
      }
      case 'ended':
        for (const route of routes) up.delete(`${route} ${current.address}`);
        return handle({ type: 'server-ended', address: current.address });
      case 'cancel':
        return handle({ type: 'cancel', seq: 1 + (current.pick % Math.max(1, seq)) });
      case 'pass':
        return tickUntil(nowMs + current.ms);
    }
  }

  /** Requests that are reported as settled are, and stay so. */
  function checkSettled(): void {
    const below = requester.settledBelow();
    const stragglers = requester.stragglers() ?? [];
    const told = seqsBelow(below).filter((one) => !stragglers.includes(one));
    expect(told.filter((one) => !settled.has(one))).toEqual([]);
    expect(stragglers.filter((one) => one >= below || settled.has(one))).toEqual([]);
    expect([...toldSettled].filter((one) => !told.includes(one))).toEqual([]);
    for (const one of told) toldSettled.add(one);
  }

  /** A server with one slot and nothing to do gets one of two requests, whatever it had before. */
  function checkRoom(address: (typeof addresses)[number]): void {
    take({ do: 'markers', held: 0 });
    take({ do: 'markers', held: 1 });
    take({ do: 'confirmed' });
    take({ do: 'up', route: routes[0], address });
    take({ do: 'beat', address, window: 1, held: undefined, returned: undefined });
    const before = asked.length;
    for (let calls = 0; calls < 2; calls += 1) take({ do: 'call', route: routes[0], ttlMs: 100, unheard: 'hold' });
    expect(asked.slice(before)).toEqual([{ seq: seq - 1, to: address }]);
    take({ do: 'answer', pick: asked.length - 1, kind: 'value' });
    expect(asked.slice(before)).toHaveLength(2);
    tickUntil(nowMs + 1_000);
  }

  for (const current of steps) {
    take(current);
    checkSettled();
    expect(requester.counters().open).toBeLessThanOrEqual(openMax);
  }
  tickUntil(nowMs + 10_000);
  expect(settled.size).toBe(seq);
  expect(requester.counters().open).toBe(0);
  expect(requester.deadlineMs()).toBeUndefined();
  for (const address of addresses) {
    for (const one of addresses) for (const route of routes) take({ do: 'down', route, address: one });
    checkRoom(address);
  }
  return JSON.stringify(journal);
}

function seqsBelow(below: number): number[] {
  return Array.from({ length: below - 1 }, (_, index) => index + 1);
}

describe('the requester with any inputs', () => {
  test('the requester settles every call once by its deadline, and sends no settled request and none to a server that does not listen', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => void run(steps, 20)),
      { numRuns: 1_000 },
    );
  });

  test('the requester does the same for the same inputs', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => run(steps, 10) === run(steps, 10)));
  });
});
