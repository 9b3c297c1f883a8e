import { describe, expect, test } from 'vitest';
import { check } from './checker.ts';
import type { Asked, Entry, Fault, Outcome, Settled } from './history.ts';
import { answerTo } from './question.ts';

function asked(number: number, atMs: number): Asked {
  const request = { client: 'one', formula: 'hypotenuse', operands: [36 * number, 48 * number], timeoutMs: 1_000 };
  return { type: 'asked', number, dueMs: atMs, askedMs: atMs, ...request };
}

function settled(number: number, settledMs: number, outcome: Outcome, id = `k3f0q9x2m1zd-${number}`): Settled {
  return { type: 'settled', number, settledMs, id, outcome };
}

const right = (number: number): Outcome => ({ value: answerTo(number), fallbacks: [] });

/** A question that is answered correctly within 5 ms. */
function answered(number: number, atMs: number): Entry[] {
  return [asked(number, atMs), settled(number, atMs + 5, right(number))];
}

function fault(kind: string, fromMs: number, toMs: number, double = false): Fault {
  return { type: 'fault', kind, targets: ['broker'], fromMs, toMs, double };
}

const rules = (entries: readonly Entry[]): string[] => check(entries).objections.map(({ rule }) => rule);

describe('permitted histories', () => {
  test('the checker accepts right answers, one for each request', () => {
    const report = check([...answered(1, 0), ...answered(2, 10), fault('kill broker', 100, 200), ...answered(3, 150)]);
    expect(report.objections).toEqual([]);
    expect(report.total).toMatchObject({ requests: 3, answered: 3, faults: 1, wrong: 0, twice: 0, failed: {} });
  });

  test('the checker accepts a failure that a double fault explains', () => {
    const entries = [asked(1, 100), settled(1, 1_100, { code: 'no-listener' }), fault('double', 50, 900, true)];
    expect(rules(entries)).toEqual([]);
    // The servers cannot answer all requests that waited meanwhile in time.
    expect(rules([asked(2, 100), settled(2, 700, { code: 'overloaded' }), fault('double', 50, 600, true)])).toEqual([]);
    expect(check(entries).rows).toMatchObject([
      { kind: 'none', requests: 0 },
      { kind: 'double', requests: 1, answered: 0, failed: { 'no-listener': 1 } },
    ]);
  });

  test('the checker accepts server-lost for a request under which three servers were killed, and for no other', () => {
    const lost = [asked(1, 100), settled(1, 900, { code: 'server-lost' })];
    const both = {
      ...fault('double: kill both calc-servers', 150, 200, true),
      targets: ['calc-server-1', 'calc-server-2'],
    };
    const one = { ...fault('kill calc-server', 800, 850), targets: ['calc-server-1'] };
    expect(rules([...lost, both, one])).toEqual([]);
    expect(rules([...lost, both])).toEqual(['failed']);
    expect(rules([...lost, both, { ...one, kind: 'stop calc-server' }])).toEqual(['failed']);
  });

  test('the checker accepts an answer that is late by as much as its client stood still', () => {
    const stall: Entry = { type: 'stall', client: 'one', fromMs: 900, toMs: 1_500 };
    const entries = [asked(1, 0), settled(1, 1_510, right(1)), stall];
    expect(rules(entries)).toEqual([]);
    expect(check(entries).rows).toMatchObject([{ kind: 'none', longestMs: 1_510, stalledMs: 600 }]);
  });
});

describe('violations', () => {
  test("another request's answer", () => {
    const entries = [asked(1, 0), settled(1, 5, right(2))];
    expect(rules(entries)).toEqual(['wrong']);
    expect(check(entries).total).toMatchObject({ wrong: 1, answered: 1 });
  });

  test('the checker rejects an answer that is not a number', () => {
    expect(rules([asked(1, 0), settled(1, 5, { value: '60', fallbacks: [] })])).toEqual(['wrong']);
    expect(rules([asked(1, 0), settled(1, 5, { value: Number.NaN, fallbacks: [] })])).toEqual(['wrong']);
  });

  test('the checker rejects a request that settles a second time', () => {
    const entries = [...answered(1, 0), settled(1, 8, right(1), 'k3f0q9x2m1zd-9')];
    expect(rules(entries)).toEqual(['twice']);
    expect(check(entries).total.twice).toBe(1);
  });

  test('the checker rejects an id that two requests have', () => {
    expect(rules([...answered(1, 0), asked(2, 0), settled(2, 5, right(2), 'k3f0q9x2m1zd-1')])).toEqual(['twice']);
  });

  test('the checker rejects a request that never settles', () => {
    expect(rules([asked(1, 0), ...answered(2, 5_000)])).toEqual(['hung']);
  });

  test('the checker rejects an outcome after the deadline if only another client stood still', () => {
    const entries = [asked(1, 0), settled(1, 1_200, { code: 'no-listener' }), fault('double', 0, 2_000, true)];
    expect(rules(entries)).toEqual(['late']);
    expect(rules([...entries, { type: 'stall', client: 'two', fromMs: 900, toMs: 1_300 }])).toEqual(['late']);
    expect(rules([...entries, { type: 'stall', client: 'one', fromMs: 100, toMs: 900 }])).toEqual(['late']);
  });

  test('the checker rejects a failure in the calm and in a single fault', () => {
    const failed = [asked(1, 100), settled(1, 1_100, { code: 'no-listener' })];
    expect(rules(failed)).toEqual(['failed']);
    expect(rules([...failed, fault('kill broker', 50, 900)])).toEqual(['failed']);
    expect(rules([...failed, fault('double', 5_000, 6_000, true)])).toEqual(['failed']);
  });

  test('an objection to a failure says what the failure says', () => {
    const failed = [asked(1, 100), settled(1, 200, { code: 'overloaded', text: '9 requests wait' })];
    expect(check(failed).objections.map(({ text }) => text)).toEqual([
      expect.stringMatching(/no fault: overloaded, 9 requests wait$/),
    ]);
  });

  test('the checker rejects a failure that the double fault does not explain', () => {
    const failed = [asked(1, 100), settled(1, 200, { code: 'internal' }), fault('double', 50, 900, true)];
    expect(rules(failed)).toEqual(['failed']);
  });

  test('the checker rejects a process that dies by itself', () => {
    expect(rules([{ type: 'death', name: 'broker', atMs: 5, how: 'ended (1) by itself' }])).toEqual(['died']);
  });
});

describe('results by kind of fault', () => {
  test('a request counts for every fault during which it was open, and for the aftermath', () => {
    const { rows } = check([
      ...answered(1, 0),
      asked(2, 90),
      settled(2, 130, right(2)),
      ...answered(3, 1_100),
      ...answered(4, 9_000),
      fault('stop broker', 100, 200),
    ]);
    expect(rows).toMatchObject([
      { kind: 'none', requests: 2, longestMs: 5 },
      { kind: 'stop broker', requests: 2, longestMs: 40 },
    ]);
  });

  test('the longest silence is the time between two answers of any clients', () => {
    const { rows, total } = check([
      ...answered(1, 0),
      ...answered(2, 90),
      ...answered(3, 390),
      ...answered(4, 2_000),
      ...answered(5, 2_050),
      fault('kill broker', 100, 200),
    ]);
    expect(rows).toMatchObject([
      { kind: 'none', silenceMs: 90 },
      { kind: 'kill broker', silenceMs: 1_610 },
    ]);
    expect(total.silenceMs).toBe(1_610);
  });

  test('a fallback is counted and is not a failure', () => {
    const { rows, objections } = check([asked(1, 0), settled(1, 5, { value: 60, fallbacks: [1] })]);
    expect(rows[0]).toMatchObject({ fellBack: 1, answered: 1 });
    expect(objections).toEqual([]);
  });
});
