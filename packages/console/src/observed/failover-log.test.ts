import { expect, test } from 'vitest';
import type { RequestRow } from '../shared/request.ts';
import type { SystemEvent } from '../shared/state.ts';
import { createFailoverLog } from './failover-log.ts';

function event(atMs: number, process: string, name: string, epoch?: number): SystemEvent {
  return { atMs, process, event: name, level: 'info', text: '', epoch };
}

function row(startMs: number, tookMs: number): RequestRow {
  const unknown = { client: 'c', server: undefined, operands: '', code: undefined, outcome: '', fallbacks: [] };
  return { ...unknown, id: `c-${startMs}`, formula: 'leg', ending: 'value', startMs, tookMs, attempts: 1 };
}

const failover = [
  event(9_210, 'backup broker', 'active', 2),
  event(1_000, 'primary broker', 'active', 1),
  event(9_000, 'primary broker', 'killed'),
];

function logOf(observed: (fromMs: number, toMs: number) => boolean = () => true) {
  const events: SystemEvent[] = [...failover];
  const rows: RequestRow[] = [row(8_900, 10), row(8_995, 245)];
  return { events, rows, log: createFailoverLog({ events: () => events, rows: () => rows, observed }) };
}

test('the cost of a failover is counted for some seconds, and kept when its requests are forgotten', () => {
  const { log, rows } = logOf();
  expect(log.update(9_300)).toMatchObject([{ epoch: 2, answered: 2, silence: { fromMs: 8_910, toMs: 9_240 } }]);
  rows.push(row(9_290, 60));
  expect(log.update(9_400)).toMatchObject([{ answered: 3 }]);
  expect(log.update(9_650)).toBeUndefined();
  rows.length = 0;
  expect(log.update(60_000)).toBeUndefined();
  expect(log.all()).toMatchObject([{ answered: 3, silence: { fromMs: 8_910, toMs: 9_240 } }]);
});

test('an event that arrives late is counted with its failover, and a new failover is added', () => {
  const { log, events } = logOf();
  log.update(9_300);
  events.push(event(20_000, 'backup broker', 'draining'), event(20_100, 'primary broker', 'active', 3));
  expect(log.update(30_000)).toMatchObject([{ epoch: 2 }, { epoch: 3, began: { event: 'draining' } }]);
});

test('a gap between answers counts as a silence only if every message in it was observed', () => {
  const asked: number[][] = [];
  const { log } = logOf((...times) => asked.push(times) === 0);
  expect(log.update(9_300)).toMatchObject([{ epoch: 2, silence: undefined, answered: 2 }]);
  expect(asked).toEqual([[8_910, 9_240]]);
});
