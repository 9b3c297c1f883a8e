import { failure } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { outcomes, sends, setUpReady } from './requester.test-support.ts';

const overloaded = failure('overloaded', 'full');
const [a, b, c, d] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc', 'dddddddddddd'] as const;

/** A requester that knows servers, and a function that ends one of them. */
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
  test('a request goes to the next server after the first end, is tried on a third after the second, and is lost after the third', () => {
    const { call, ended } = setUp(a, b, c, d);
    const [[, first]] = sends(call(1)) as [[number, string]];
    const [[, second]] = sends(ended(first)) as [[number, string]];
    const [[, third]] = sends(ended(second)) as [[number, string]];
    expect(new Set([first, second, third]).size).toBe(3);
    expect(outcomes(ended(third))).toEqual([[1, 'server-lost']]);
  });

  test('draining servers, whose topics are withdrawn without a notice, do not count as ends', () => {
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

  test('servers that are unknown because no broker is active do not count as ends', () => {
    const { call, ended, handle, up } = setUp(a, b, c);
    call(1);
    handle({ type: 'marker-down', held: 0 });
    const told = [a, b, c].flatMap((server) => ended(server));
    expect([sends(told), outcomes(told)]).toEqual([[], []]);
    up(d);
    expect(sends(handle({ type: 'marker-up', held: 1 }))).toEqual([[1, d]]);
  });

  test('several notices that arrive together count as one end, because the request was at one of them', () => {
    const { call, handle } = setUp(a, b, c, d);
    call(1);
    for (const address of [a, b, c]) expect(sends(handle({ type: 'server-ended', address }))).toEqual([]);
    expect(sends(handle({ type: 'turn-ended' }))).toEqual([[1, d]]);
    expect(outcomes(handle({ type: 'server-ended', address: d }))).toEqual([]);
  });

  test('a server that refused the request does not count among those that had it', () => {
    const { call, ended, answer } = setUp(a, b, c, d);
    const [[, first]] = sends(call(1)) as [[number, string]];
    const [[, second]] = sends(answer(first, 1, overloaded)) as [[number, string]];
    expect(outcomes(ended(first))).toEqual([]);
    const [[, third]] = sends(ended(second)) as [[number, string]];
    const [[, fourth]] = sends(ended(third)) as [[number, string]];
    expect(new Set([first, second, third, fourth]).size).toBe(4);
  });

  test('a call that can fall back fails when no server is left after two ends', () => {
    const { call, ended } = setUp(a, b);
    call(1, { unheard: 'fail' });
    ended(a);
    expect(outcomes(ended(b))).toEqual([[1, 'no-listener']]);
  });

  test('a request that is to be held waits for a third server', () => {
    const { call, ended, up } = setUp(a, b);
    call(1);
    ended(a);
    expect(sends(ended(b))).toEqual([]);
    expect(sends(up(c))).toEqual([[1, c]]);
  });
});

describe('suspects', () => {
  /** Requests that were at two servers which ended, and servers on which to try them. */
  function suspects(count: number, ...others: readonly string[]) {
    const ready = setUp(a);
    for (let seq = 1; seq <= count; seq += 1) ready.call(seq);
    ready.up(b);
    ready.ended(a);
    for (const server of others) ready.up(server);
    return { ...ready, begin: () => sends(ready.ended(b)) };
  }

  test('suspects are tried one at a time, the oldest first', () => {
    const { begin, answer } = suspects(3, c, d);
    expect(begin()).toHaveLength(1);
    for (const seq of [1, 2]) {
      const next = [...sends(answer(c, seq)), ...sends(answer(d, seq))];
      expect(next.map(([sent]) => sent)).toEqual([seq + 1]);
    }
  });

  test('a suspect has its server alone, and new requests go elsewhere or wait until the trial is over', () => {
    const { begin, call, answer } = suspects(1, c);
    expect(begin()).toEqual([[1, c]]);
    expect(sends(call(2))).toEqual([]);
    expect(sends(answer(c, 1))).toEqual([[2, c]]);
  });

  test('a suspect waits until the server has answered everything else, for at most 250 ms', () => {
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

  test('a suspect keeps others from its server for at most 250 ms', () => {
    const { begin, call, runTo } = suspects(1, c);
    begin();
    call(2);
    expect(sends(runTo(249)).filter(([seq]) => seq === 2)).toEqual([]);
    expect(sends(runTo(250)).filter(([seq]) => seq === 2)).toEqual([[2, c]]);
  });

  test('a suspect is not resent to another server while its own is silent', () => {
    const { begin, runTo } = suspects(1, c, d);
    const [[, tried]] = begin() as [[number, string]];
    for (const [, to] of sends(runTo(3_000))) expect(to).toBe(tried);
  });

  test('a suspect that was not tried in half of its time is sent like any other request', () => {
    const { begin, runTo, at } = suspects(30, c);
    begin();
    at.nowMs = 0;
    const sent = new Set(sends(runTo(2_600)).map(([seq]) => seq));
    expect(sent.size).toBe(30);
  });

  test('when the trial of a suspect is cancelled, the next one can begin', () => {
    const { begin, handle } = suspects(2, c);
    expect(begin()).toEqual([[1, c]]);
    expect(sends(handle({ type: 'cancel', seq: 1 }))).toEqual([[2, c]]);
  });

  test('suspects wait for the marker, a confirmed return path and a server', () => {
    const { begin, handle, up } = suspects(1);
    expect(begin()).toEqual([]);
    handle({ type: 'unconfirmed' });
    expect(sends(up(c))).toEqual([]);
    expect(sends(handle({ type: 'confirmed' }))).toEqual([[1, c]]);
  });
});
