import { expect, test } from 'vitest';
import type { Entry } from './history.ts';
import { checkRuns } from './runs.ts';

/** A request that is answered after this number of milliseconds. */
function answered(number: number, atMs: number, tookMs = 10, formula = 'askInstant'): Entry[] {
  const outcome = { value: 60 * number, fallbacks: [] };
  return [
    {
      type: 'asked',
      number,
      client: 'one',
      formula,
      operands: [number],
      dueMs: atMs,
      askedMs: atMs,
      timeoutMs: 60_000,
    },
    { type: 'settled', number, settledMs: atMs + tookMs, id: `k3f0q9x2m1zd-${number}`, outcome },
  ];
}

function fault(kind: string, fromMs: number, toMs: number, double = false): Entry {
  const targets = [kind.includes('both') ? ['one', 'other'] : ['the']].flat();
  const party = kind.split(' ').at(-1) ?? '';
  return { type: 'fault', kind, double, targets: targets.map((which) => `${which} ${party}`), fromMs, toMs };
}

/** Runs in one process, 20 ms from each other. */
const linesOf = (...items: readonly number[]): string =>
  items.map((item, index) => `${item} 4711 ${20 * index}\n`).join('');
const texts = (entries: readonly Entry[], lines: string): string[] =>
  checkRuns(entries, lines).objections.map(({ text }) => text);

test('a computation that ran once is accepted, and so is a failed request that never ran', () => {
  const failed = answered(3, 0);
  const entries = [...answered(1, 0), ...answered(2, 0, 500, 'askSeveral'), ...failed.slice(0, 1)];
  const { objections, text } = checkRuns(entries, linesOf(1, 2, 2.25, 2.5, 2.75));
  expect(objections).toEqual([]);
  expect(text).toBe('Computations: 1 ran never, 5 ran once. Additional runs: none.\n');
});

test('a computation that ran twice without a fault is an objection', () => {
  expect(texts(answered(1, 0), linesOf(1, 1))).toEqual([
    '1 askInstant of one, no fault: call 1 ran in 4711 after 0 ms, in 4711 after 20 ms; settled after 10 ms',
  ]);
});

test('an answer without a run is an objection', () => {
  expect(texts(answered(2, 0, 500, 'askSeveral'), linesOf(2, 2.25, 2.75))).toEqual([
    '2 askSeveral of one, no fault: call 3 was answered and never ran; settled after 500 ms',
  ]);
});

test.each([
  ['kill op-server', false, 1],
  ['stop op-server', false, 1],
  ['kill calc-server', false, 1],
  ['kill broker', false, 0],
  ['stop backup', false, 2],
  ['end backup', false, 0],
  ['end op-server', false, 0],
  ['double: kill both brokers', true, 2],
  ['double: stop both calc-servers', true, 2],
])('%s explains, with double = %s, %i additional runs', (kind, double, most) => {
  const entries = [...answered(1, 100), fault(kind, 50, 900, double)];
  expect(texts(entries, linesOf(...Array<number>(1 + most).fill(1)))).toEqual([]);
  expect(texts(entries, linesOf(...Array<number>(2 + most).fill(1)))).toHaveLength(1);
});

test('a drain explains an additional run of a request that outlasts the drain time', () => {
  const drain = fault('end op-server', 1_000, 8_000);
  expect(texts([...answered(1, 100, 8_000), drain], linesOf(1, 1))).toEqual([]);
  expect(texts([...answered(1, 100, 4_000), drain], linesOf(1, 1))).toHaveLength(1);
});

test('a machine that stood still explains two additional runs', () => {
  const stall: Entry = { type: 'stall', client: 'two', fromMs: 100, toMs: 300 };
  expect(texts([...answered(1, 90, 250), stall], linesOf(1, 1, 1))).toEqual([]);
  expect(texts([...answered(1, 90, 250), stall], linesOf(1, 1, 1, 1))).toHaveLength(1);
  expect(texts([...answered(1, 5_000, 250), stall], linesOf(1, 1))).toHaveLength(1);
});

test('the report names the faults of additional runs', () => {
  const faults = [fault('kill op-server', 50, 900), fault('stop calc-server', 950, 990)];
  const { text } = checkRuns([...answered(1, 100, 880), ...faults], linesOf(1, 1, 1));
  expect(text).toBe('Computations: 1 ran 3 times. Additional runs: 2 (kill op-server + stop calc-server).\n');
});
