import { expect, test } from 'vitest';
import { failoversIn } from './failovers.ts';
import type { RequestRow } from './request.ts';
import type { SystemEvent } from './state.ts';

function event(atMs: number, process: string, name: string, epoch?: number): SystemEvent {
  return { atMs, process, event: name, level: 'info', text: '', epoch };
}

function row(startMs: number, tookMs: number | undefined, more: Partial<RequestRow> = {}): RequestRow {
  return {
    id: `c-${startMs}`,
    formula: 'hypotenuse',
    client: 'c',
    server: 's',
    operands: '',
    ending: tookMs === undefined ? 'open' : 'value',
    code: undefined,
    outcome: '',
    startMs,
    tookMs,
    fallbacks: [],
    attempts: 1,
    ...more,
  };
}

const killed = [
  event(1_000, 'primary broker', 'active', 1),
  event(9_000, 'primary broker', 'process-ended'),
  event(9_210, 'backup broker', 'active', 2),
];

test('a failover tells how long it took, how long nothing was answered, and what became of the requests around it', () => {
  const rows = [
    row(8_900, 10),
    row(8_995, 245, { attempts: 2 }),
    row(9_100, 150),
    row(9_150, 90, { ending: 'failed' }),
    // A pause of the client after the failover.
    row(9_990, 10),
  ];
  expect(failoversIn(killed, rows)).toEqual([
    {
      atMs: 9_210,
      process: 'backup broker',
      epoch: 2,
      began: killed[1],
      takeoverMs: 210,
      silence: { fromMs: 8_910, toMs: 9_240, usualMs: undefined },
      answered: 4,
      failed: 1,
      sentAgain: 1,
      open: 0,
    },
  ]);
});

test('the first active broker, and an active broker that is reported again, do not count as failovers', () => {
  expect(failoversIn(killed.slice(0, 2), [])).toEqual([]);
  expect(failoversIn([...killed.slice(0, 1), event(1_500, 'primary broker', 'active', 1)], [])).toEqual([]);
});

test('a time without answers that ends soon after the beginning of a failover has another cause', () => {
  const rows = [row(7_990, 10), row(9_005, 5), row(9_200, 50)];
  expect(failoversIn(killed, rows)).toMatchObject([{ silence: { fromMs: 9_010, toMs: 9_250 } }]);
});

test('of two brokers that became active at the same time, the one that stayed active is the one that failed', () => {
  const start = [
    event(1_000, 'primary broker', 'active', 1),
    event(1_250, 'backup broker', 'active', 1),
    event(1_320, 'backup broker', 'standby', 1),
  ];
  expect(failoversIn(start, [])).toEqual([]);
  const later = [event(9_000, 'primary broker', 'killed'), event(9_210, 'backup broker', 'active', 2)];
  expect(failoversIn([...start, ...later], [])).toMatchObject([{ epoch: 2, began: later[0], takeoverMs: 210 }]);
});

test('a broker whose end nobody has seen was no longer heard by the one that took over', () => {
  const seen = [killed[0], event(9_150, 'backup broker', 'broker-down'), killed[2]] as SystemEvent[];
  const began = { atMs: 9_150, process: 'primary broker', event: 'unheard' };
  expect(failoversIn(seen, [])).toMatchObject([{ began, takeoverMs: 60 }]);
  // The status tells later that it is gone.
  expect(failoversIn([...seen, event(9_900, 'primary broker', 'unreachable')], [])).toMatchObject([{ began }]);
});

test('without a cause and without requests, a failover claims neither', () => {
  const [found] = failoversIn([killed[0], killed[2]] as SystemEvent[], []);
  expect(found).toMatchObject({ began: undefined, takeoverMs: undefined, silence: undefined, answered: 0 });
});
