import { describe, expect, test } from 'vitest';
import { a, b, outcomes, route, sends, setUpReady } from './requester.test-support.ts';

const deadlineMs = 60_000;
const c = 'cccccccccccc';

function setUp({ heard = [], newcomers = [] }: { heard?: readonly string[]; newcomers?: readonly string[] }) {
  const ready = setUpReady({ earnedFirst: undefined });
  let seq = 0;
  const ask = (contract = 'square'): [number, string][] => {
    seq += 1;
    const target = { route, answerRoute: 'calc.square.result.1', contract, unheard: 'hold' } as const;
    const call = { seq, target, work: `work ${seq}`, deadlineMs: ready.at.nowMs + deadlineMs };
    return sends(ready.handle({ type: 'call', call }));
  };
  const askMany = (count: number): string[] => Array.from({ length: count }, () => ask().map(([, to]) => to)).flat();
  for (const server of heard) {
    ready.up(server);
    const [[asked] = []] = ask();
    ready.answer(server, asked ?? 0);
    ready.handle({ type: 'beat', sender: server, silentMs: 0, held: [], windows: { square: 16 } });
  }
  for (const server of newcomers) ready.up(server);
  return { ...ready, ask, askMany };
}

describe('a server that has not been heard', () => {
  test('it gets one request for each contract until it answers, then one more for each answer', () => {
    const { ask, askMany, answer } = setUp({ newcomers: [a] });
    expect(askMany(4)).toEqual([a]);
    expect(ask('multiply')).toEqual([[5, a]]);
    expect(sends(answer(a, 1)).map(([seq]) => seq)).toEqual([2, 3]);
  });

  test('its first beat counts like an answer', () => {
    const { askMany, handle } = setUp({ newcomers: [a] });
    expect(askMany(20)).toEqual([a]);
    const windows = { square: 4 };
    expect(sends(handle({ type: 'beat', sender: a, held: [1, 1], silentMs: 2_000, windows }))).toHaveLength(3);
  });

  test('it is tried at once, and no second one while it has not answered and another server has room', () => {
    const { askMany, answer } = setUp({ heard: [a], newcomers: [b, c] });
    const [tried, ...others] = askMany(8);
    expect([b, c]).toContain(tried);
    expect(others).toEqual(Array(7).fill(a));
    answer(tried ?? '', 2);
    expect(askMany(1)).toEqual([tried === b ? c : b]);
  });

  test('every one gets a request when the other servers have no room', () => {
    const { askMany } = setUp({ heard: [a], newcomers: [b, c] });
    expect(askMany(40).toSorted()).toEqual([...Array(16).fill(a), b, c]);
  });

  test('a request that was sent before goes to a server that has been heard', () => {
    const { askMany, down, up } = setUp({ heard: [a], newcomers: [b] });
    expect(askMany(4)).toEqual([b, a, a, a]);
    up(c);
    expect(sends(down(b))).toEqual([[2, a]]);
  });

  test('it is passed over once its first request moves to a server that has been heard', () => {
    const { askMany, runTo, answer, at } = setUp({ heard: [a], newcomers: [b] });
    expect(askMany(1)).toEqual([b]);
    expect(sends(runTo(300))).toEqual([[2, a]]);
    answer(a, 2);
    expect(askMany(3)).toEqual([a, a, a]);
    // While it may give back its first request, another one would run there too.
    at.nowMs += 9_000;
    expect(askMany(1)).toEqual([a]);
    // A copy tells when it works.
    at.nowMs += 1_000;
    expect(askMany(1)).toEqual([b, a]);
    answer(b, 7);
    expect(askMany(1)).toEqual([b]);
  });

  test('its first beat ends that it is passed over, so it gets no copies of requests that others compute', () => {
    const { askMany, runTo, answer, at, handle } = setUp({ heard: [a], newcomers: [b] });
    expect(askMany(1)).toEqual([b]);
    expect(sends(runTo(300))).toEqual([[2, a]]);
    answer(a, 2);
    handle({ type: 'beat', sender: b, held: [], silentMs: 0, windows: { square: 16 } });
    at.nowMs += 1_000;
    expect(askMany(2).toSorted()).toEqual([a, b]);
  });

  test('it is not passed over before any server has been heard, because all of them may have just started', () => {
    const { askMany, runTo, answer } = setUp({ newcomers: [a, b] });
    const [first] = askMany(1);
    const second = first === a ? b : a;
    expect(sends(runTo(300))).toEqual([[1, second]]);
    answer(second, 1);
    expect(askMany(1)).toEqual([first]);
  });

  test('a requester remembers after a failover which servers have been heard', () => {
    const { askMany, handle, up, down } = setUp({ heard: [a] });
    handle({ type: 'marker-down', held: 0 });
    down(a);
    up(a);
    handle({ type: 'marker-up', held: 1 });
    handle({ type: 'confirmed' });
    expect(askMany(20)).toHaveLength(16);
  });
});

test('each of thirty servers that never answer delays one request, and others are answered meanwhile', () => {
  const silent = Array.from({ length: 30 }, (_, index) => `silent${index.toString(36).padStart(6, '0')}`);
  const { at, ask, answer, tick } = setUp({ heard: [a], newcomers: silent });
  const waiting: number[] = [];
  let answered = 0;
  let delayed = 0;
  const note = (sent: readonly [number, string][]): void => {
    for (const [seq, to] of sent) {
      if (to === a) waiting.push(seq);
      else delayed += 1;
    }
  };
  for (let count = 0; count < 64; count += 1) note(ask());
  // After a second, servers that are passed over get copies.
  for (const untilMs = at.nowMs + 500; at.nowMs < untilMs; at.nowMs += 1) {
    note(sends(tick()));
    for (const seq of waiting.splice(0, 2)) {
      const effects = answer(a, seq);
      answered += outcomes(effects).length;
      note(sends(effects));
      note(ask());
    }
  }
  expect(delayed).toBe(30);
  expect(answered).toBe(1_000);
});
