import { anyLaneResult, anyLaneRoute } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { a, b, callOf, outcomes, route, setUpReady } from './requester.test-support.ts';
import type { RequesterEffect, Target } from './types.ts';

/* Requests of an operation with lanes `any`, which may go to all servers of all lanes. */

const [lane1, lane2, lane3] = [1, 2, 3].map((lane) => `${anyLaneRoute('square')}.${lane}`) as [string, string, string];
const answerRoute = anyLaneResult('square');

const prefers2: Target = {
  ...callOf(1).target,
  route: anyLaneRoute('square'),
  answerRoute,
  lanes: [lane2, lane3, lane1],
};

function sent(effects: readonly RequesterEffect<string>[]): unknown[] {
  return effects.flatMap((effect) => (effect.type === 'send' ? [[effect.seq, effect.to, effect.route]] : []));
}

test('a request goes to the server on its preferred lane when others are as busy', () => {
  for (const addresses of [
    [a, b],
    [b, a],
  ] as const) {
    const { call, up } = setUpReady();
    up(addresses[0], lane1);
    up(addresses[1], lane2);
    expect(sent(call(1, prefers2))).toEqual([[1, addresses[1], lane2]]);
  }
});

test('a request goes to a less busy server on another lane', () => {
  const { call, up } = setUpReady();
  up(a, lane2);
  up(b, lane3);
  expect(sent(call(1, prefers2))).toEqual([[1, a, lane2]]);
  expect(sent(call(2, prefers2))).toEqual([[2, b, lane3]]);
});

test('a request goes to the only lane with a server, at once or when the first server comes', () => {
  const { call, up } = setUpReady();
  expect(sent(call(1, prefers2))).toEqual([]);
  expect(sent(up(a, lane3))).toEqual([[1, a, lane3]]);
  expect(sent(call(2, prefers2))).toEqual([[2, a, lane3]]);
  up(a, lane2);
  expect(sent(call(3, prefers2))).toEqual([[3, a, lane2]]);
});

test('a request takes another lane when the server on its own has no room, and waits when none has', () => {
  const { call, up, handle } = setUpReady({ perServerMax: 1 });
  up(a, lane2);
  up(b, lane3);
  call(1, prefers2);
  call(2, prefers2);
  expect(sent(call(3, prefers2))).toEqual([]);
  const results = [{ seq: 2, outcome: { value: 4, fallbacks: [] } }];
  const effects = handle({ type: 'results', sender: b, answerRoute, results });
  expect(outcomes(effects)).toEqual([[2, 4]]);
  expect(sent(effects)).toEqual([[3, b, lane3]]);
});

test('a request of fixed lanes waits for its own lane', () => {
  const { call, up } = setUpReady();
  up(a, lane2);
  expect(sent(call(1, { route: lane1 }))).toEqual([]);
  expect(sent(up(b, lane1))).toEqual([[1, b, lane1]]);
});

test('requests of fixed lanes and of any lanes wait in one queue, and a lane without room holds up no other', () => {
  const { call, up, handle } = setUpReady({ perServerMax: 1 });
  up(a, lane1);
  up(b, lane3);
  call(1, { route: lane1 });
  call(2, prefers2);
  expect(sent([...call(3, { route: lane1 }), ...call(4, prefers2)])).toEqual([]);
  const results = [{ seq: 2, outcome: { value: 2, fallbacks: [] } }];
  expect(sent(handle({ type: 'results', sender: b, answerRoute, results }))).toEqual([[4, b, lane3]]);
});

test('a request stays with its server until the last of the server’s lanes is withdrawn', () => {
  const { call, up, down } = setUpReady();
  for (const lane of [lane1, lane2, lane3]) up(a, lane);
  call(1, prefers2);
  up(b, lane3);
  expect(sent([...down(a, lane2), ...down(a, lane1)])).toEqual([]);
  expect(sent(down(a, lane3))).toEqual([[1, b, lane3]]);
});

test('after a failover a request is resent to its server, whatever lanes are listed, and whichever server is listed first', () => {
  const { call, up, down, handle } = setUpReady();
  up(a, lane2);
  call(1, prefers2);
  handle({ type: 'marker-down', held: 0 });
  down(a, lane2);
  up(b, lane2);
  up(a, lane3);
  expect(sent(handle({ type: 'marker-up', held: 1 }))).toEqual([[1, a, lane3]]);
});

test('a call that can be computed elsewhere fails half a second after the last lane has lost its server', () => {
  const { call, up, down, handle, runTo } = setUpReady();
  const target = { ...prefers2, unheard: 'fail' as const, impatient: false };
  up(a, lane1);
  up(a, lane3);
  runTo(400);
  down(a, lane1);
  down(a, lane3);
  call(1, target);
  handle({ type: 'turn-ended' });
  expect(outcomes([...runTo(880), ...handle({ type: 'turn-ended' })])).toEqual([]);
  expect(outcomes([...runTo(1_000), ...handle({ type: 'turn-ended' })])).toEqual([[1, 'no-listener']]);
});

test('the route of fixed lanes is their topic', () => {
  const { call, up } = setUpReady();
  up(a);
  expect(sent(call(1))).toEqual([[1, a, route]]);
});
