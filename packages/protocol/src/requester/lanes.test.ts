import { expect, test } from 'vitest';
import { a, b, callOf, outcomes, setUpReady } from './requester.test-support.ts';
import type { RequesterEffect, Target } from './types.ts';

/* Requests of an operation whose lanes are `any`: they prefer a lane and take another. */

const lane1 = 'calc.square.request.1';
const lane2 = 'calc.square.request.2';
const lane3 = 'calc.square.request.3';

/** Prefers the first of these lanes. */
function anyOf(...routes: readonly string[]): Target {
  const targets = routes.map((route) => ({
    route,
    answerRoute: route.replace('request', 'result'),
    contract: 'square',
    unheard: 'hold' as const,
    others: [] as Target[],
  }));
  for (const target of targets) target.others.push(...targets.filter((other) => other !== target));
  return targets[0] ?? callOf(1).target;
}

const prefers2 = anyOf(lane2, lane1, lane3);

function sent(effects: readonly RequesterEffect<string>[]): unknown[] {
  return effects.flatMap((effect) => (effect.type === 'send' ? [[effect.seq, effect.to, effect.route]] : []));
}

const answerOn = (route: string, seq: number) =>
  ({
    type: 'results',
    answerRoute: route.replace('request', 'result'),
    results: [{ seq, outcome: { value: seq, via: [] } }],
  }) as const;

test('a request goes on the lane of its number when a server listens there', () => {
  const { call, up } = setUpReady();
  up(a, lane1);
  up(b, lane2);
  expect(sent(call(1, prefers2))).toEqual([[1, b, lane2]]);
});

test('a request takes another lane when no server listens on its own, at once or when the first one comes', () => {
  const { call, up } = setUpReady();
  expect(sent(call(1, prefers2))).toEqual([]);
  expect(sent(up(a, lane3))).toEqual([[1, a, lane3]]);
  expect(sent(call(2, prefers2))).toEqual([[2, a, lane3]]);
});

test('a request takes another lane when the servers of its own have no room', () => {
  const { call, up } = setUpReady({ perServerMax: 1 });
  up(a, lane2);
  up(b, lane3);
  expect(sent(call(1, prefers2))).toEqual([[1, a, lane2]]);
  expect(sent(call(2, prefers2))).toEqual([[2, b, lane3]]);
  expect(sent(call(3, prefers2))).toEqual([]);
});

test('a request of fixed lanes waits for its own', () => {
  const { call, up } = setUpReady();
  up(a, lane1);
  expect(sent(call(1, { route: lane2 }))).toEqual([]);
  expect(sent(up(b, lane2))).toEqual([[1, b, lane2]]);
});

test('a request that is sent again to its server stays on its lane, also when another is served now', () => {
  const { call, up, runTo } = setUpReady();
  up(a, lane3);
  call(1, prefers2);
  up(a, lane2);
  expect(sent(runTo(250))).toEqual([[1, a, lane3]]);
});

test('an answer counts on whatever lane it comes, and on no topic of another operation', () => {
  const { call, up, handle } = setUpReady();
  up(a, lane3);
  for (const seq of [1, 2, 3]) call(seq, prefers2);
  expect(outcomes(handle({ ...answerOn(lane3, 1), sender: a }))).toEqual([[1, 1]]);
  expect(outcomes(handle({ ...answerOn(lane1, 2), sender: a }))).toEqual([[2, 2]]);
  expect(outcomes(handle({ ...answerOn('calc.cube.request.3', 3), sender: a }))).toEqual([]);
});

test('a request stays with its server when that is listed anew lane by lane after another', () => {
  const { call, up, down, handle } = setUpReady();
  up(a, lane2);
  expect(sent(call(1, prefers2))).toEqual([[1, a, lane2]]);
  handle({ type: 'marker-down', held: 0 });
  down(a, lane2);
  handle({ type: 'marker-up', held: 1 });
  expect(sent([...up(a, lane1), ...handle({ type: 'turn-ended' })])).toEqual([[1, a, lane1]]);
  expect(sent([...up(b, lane1), ...up(b, lane2)])).toEqual([]);
});

test('a request goes to its own server on another lane rather than to another server', () => {
  const { call, up, down, handle } = setUpReady();
  up(a, lane2);
  call(1, prefers2);
  handle({ type: 'marker-down', held: 0 });
  down(a, lane2);
  call(2, prefers2);
  handle({ type: 'marker-up', held: 1 });
  up(a, lane3);
  up(b, lane1);
  handle({ type: 'marker-down', held: 0 });
  for (const [address, lane] of [
    [a, lane3],
    [b, lane1],
  ] as const)
    down(address, lane);
  expect(
    sent([...up(a, lane1), ...handle({ type: 'marker-up', held: 1 })]).filter((one) => (one as number[])[0] === 1),
  ).toEqual([[1, a, lane1]]);
});

test('when its server goes, a request goes to another server on the lane of that', () => {
  const { call, up, down, handle } = setUpReady();
  up(a, lane2);
  call(1, prefers2);
  up(b, lane3);
  expect(sent([...down(a, lane2), ...handle({ type: 'turn-ended' })])).toEqual([[1, b, lane3]]);
});

test('a server that withdraws lane by lane is not asked again on those that it withdraws next', () => {
  const { call, up, down, handle } = setUpReady();
  for (const lane of [lane1, lane2, lane3]) up(a, lane);
  call(1, prefers2);
  const withdrawn = [lane1, lane2, lane3].flatMap((lane) => down(a, lane));
  expect(sent([...withdrawn, ...handle({ type: 'turn-ended' })])).toEqual([]);
});

test('a call that can be computed elsewhere is told that no server listens when none does on any lane', () => {
  const { call, up, down, handle, runTo } = setUpReady();
  const target = { ...prefers2, unheard: 'fail' as const, impatient: false };
  const failing = { ...target, others: prefers2.others?.map((other) => ({ ...other, unheard: 'fail' as const })) };
  call(1, failing);
  handle({ type: 'turn-ended' });
  // A server on another lane comes and goes: the half second begins anew.
  runTo(400);
  up(a, lane3);
  expect(outcomes(handle({ ...answerOn(lane3, 1), sender: a }))).toEqual([[1, 1]]);
  down(a, lane3);
  call(2, failing);
  handle({ type: 'turn-ended' });
  expect(outcomes([...runTo(880), ...handle({ type: 'turn-ended' })])).toEqual([]);
  expect(outcomes([...runTo(1_000), ...handle({ type: 'turn-ended' })])).toEqual([[2, 'no-listener']]);
});
