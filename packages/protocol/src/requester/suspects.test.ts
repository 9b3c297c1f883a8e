import { failure } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { outcomes, sends, setUpReady } from './requester.test-support.ts';

const overloaded = failure('overloaded', 'full');
const [a, b, c, d] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc', 'dddddddddddd'] as const;

/** A requester that knows servers, and says what happens when one ends. */
function setUp(...servers: readonly string[]) {
  const ready = setUpReady();
  for (const server of servers) ready.up(server);
  const ended = (address: string) => [
    ...ready.handle({ type: 'server-ended', address }),
    ...ready.handle({ type: 'turn-ended' }),
  ];
  return { ...ready, ended };
}

describe('a request whose servers end', () => {
  test('goes to the next server after the first end, is tried on a third after the second, and is lost after the third', () => {
    const { call, ended } = setUp(a, b, c, d);
    const [[, first]] = sends(call(1)) as [[number, string]];
    const [[, second]] = sends(ended(first)) as [[number, string]];
    const [[, third]] = sends(ended(second)) as [[number, string]];
    expect(new Set([first, second, third]).size).toBe(3);
    expect(outcomes(ended(third))).toEqual([[1, 'server-lost']]);
  });

  test('is not lost with servers that drain, whose topics are withdrawn without a notice', () => {
    const { call, down, up } = setUp(a);
    call(1);
    for (const [old, next] of [
      [a, b],
      [b, c],
      [c, d],
    ] as const) {
      up(next);
      expect(sends(down(old))).toEqual([[1, next]]);
    }
  });

  test('is not lost with servers of which nobody knows anything because no broker is active', () => {
    const { call, ended, handle, up } = setUp(a, b, c);
    call(1);
    handle({ type: 'marker-down', held: 0 });
    const told = [a, b, c].flatMap((server) => ended(server));
    expect([sends(told), outcomes(told)]).toEqual([[], []]);
    up(d);
    expect(sends(handle({ type: 'marker-up', held: 1 }))).toEqual([[1, d]]);
  });

  test('counts one end for all servers whose notices arrive together, because it was at one of them', () => {
    const { call, handle } = setUp(a, b, c, d);
    call(1);
    for (const address of [a, b, c]) expect(sends(handle({ type: 'server-ended', address }))).toEqual([]);
    expect(sends(handle({ type: 'turn-ended' }))).toEqual([[1, d]]);
    expect(outcomes(handle({ type: 'server-ended', address: d }))).toEqual([]);
  });

  test('counts a server that refused it as none of those that had it', () => {
    const { call, ended, answer } = setUp(a, b, c, d);
    const [[, first]] = sends(call(1)) as [[number, string]];
    const [[, second]] = sends(answer(first, 1, overloaded)) as [[number, string]];
    expect(outcomes(ended(first))).toEqual([]);
    const [[, third]] = sends(ended(second)) as [[number, string]];
    const [[, fourth]] = sends(ended(third)) as [[number, string]];
    expect(new Set([first, second, third, fourth]).size).toBe(4);
  });

  test('fails over to whoever asked for it when nobody is left after two ends', () => {
    const { call, ended } = setUp(a, b);
    call(1, { unheard: 'fail' });
    ended(a);
    expect(outcomes(ended(b))).toEqual([[1, 'no-listener']]);
  });

  test('waits for a third server when it is to be held', () => {
    const { call, ended, up } = setUp(a, b);
    call(1);
    ended(a);
    expect(sends(ended(b))).toEqual([]);
    expect(sends(up(c))).toEqual([[1, c]]);
  });
});

describe('suspects', () => {
  /** Requests that were at two servers which ended, with these to be tried on. */
  function suspects(count: number, ...others: readonly string[]) {
    const ready = setUp(a);
    for (let seq = 1; seq <= count; seq += 1) ready.call(seq);
    ready.up(b);
    ready.ended(a);
    for (const server of others) ready.up(server);
    return { ...ready, begin: () => sends(ready.ended(b)) };
  }

  test('are tried one at a time, oldest first', () => {
    const { begin, answer } = suspects(3, c, d);
    expect(begin()).toHaveLength(1);
    for (const seq of [1, 2]) {
      const next = [...sends(answer(c, seq)), ...sends(answer(d, seq))];
      expect(next.map(([sent]) => sent)).toEqual([seq + 1]);
    }
  });

  test('have their server alone: what is new goes elsewhere, or waits until the trial is over', () => {
    const { begin, call, answer } = suspects(1, c);
    expect(begin()).toEqual([[1, c]]);
    expect(sends(call(2))).toEqual([]);
    expect(sends(answer(c, 1))).toEqual([[2, c]]);
  });

  test('wait until the server has answered everything else, 250 ms at most', () => {
    for (const answers of [true, false]) {
      const { begin, call, answer, runTo } = suspects(1, c);
      call(2);
      call(3);
      expect(begin().filter(([seq]) => seq === 1)).toEqual([]);
      if (answers) {
        expect(sends(answer(c, 2))).toEqual([]);
        expect(sends(answer(c, 3))).toEqual([[1, c]]);
      } else {
        expect(sends(runTo(249)).filter(([seq]) => seq === 1)).toEqual([]);
        expect(sends(runTo(250)).filter(([seq]) => seq === 1)).toEqual([[1, c]]);
      }
    }
  });

  test('keep others from their server for 250 ms at most', () => {
    const { begin, call, runTo } = suspects(1, c);
    begin();
    call(2);
    expect(sends(runTo(249)).filter(([seq]) => seq === 2)).toEqual([]);
    expect(sends(runTo(250)).filter(([seq]) => seq === 2)).toEqual([[2, c]]);
  });

  test('are resent to no other server while theirs is silent', () => {
    const { begin, runTo } = suspects(1, c, d);
    const [[, tried]] = begin() as [[number, string]];
    for (const [, to] of sends(runTo(3_000))) expect(to).toBe(tried);
  });

  test('that were not tried in half of their time are sent like any other request', () => {
    const { begin, runTo, at } = suspects(30, c);
    begin();
    at.nowMs = 0;
    const sent = new Set(sends(runTo(2_600)).map(([seq]) => seq));
    expect(sent.size).toBe(30);
  });

  test('whose trial is cancelled make room for the next one', () => {
    const { begin, handle } = suspects(2, c);
    expect(begin()).toEqual([[1, c]]);
    expect(sends(handle({ type: 'cancel', seq: 1 }))).toEqual([[2, c]]);
  });

  test('wait for the marker, a confirmed return path and a server', () => {
    const { begin, handle, up } = suspects(1);
    expect(begin()).toEqual([]);
    handle({ type: 'unconfirmed' });
    expect(sends(up(c))).toEqual([]);
    expect(sends(handle({ type: 'confirmed' }))).toEqual([[1, c]]);
  });
});
