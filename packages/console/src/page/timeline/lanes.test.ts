import { expect, test } from 'vitest';
import type { SystemEvent } from '../../shared/state.ts';
import { lanesOf } from './lanes.ts';

function event(atMs: number, process: string, name: string, epoch?: number): SystemEvent {
  return { atMs, process, event: name, level: 'info', text: '', epoch };
}

test('brokers come first, and servers in the order of their numbers', () => {
  const names = ['op-server-10', 'op-server-2', 'calc-server', 'console', 'backup broker', 'primary broker'];
  expect(lanesOf(names.map((name) => event(1, name, 'ready'))).map(({ process }) => process)).toEqual(order);
});

const order = ['primary broker', 'backup broker', 'calc-server', 'op-server-2', 'op-server-10', 'console'];

test('a broker is standby, active, stopped, active again, and gone', () => {
  const story = ['ready', 'standby', 'active', 'paused', 'resumed', 'killed', 'process-ended'];
  const [lane] = lanesOf(story.map((name, at) => event(at, 'primary broker', name)));
  expect(lane?.spans).toEqual([
    { fromMs: 0, toMs: 1, condition: 'up' },
    { fromMs: 1, toMs: 2, condition: 'standby' },
    { fromMs: 2, toMs: 3, condition: 'active' },
    { fromMs: 3, toMs: 4, condition: 'paused' },
    { fromMs: 4, toMs: 5, condition: 'active' },
    { fromMs: 5, toMs: undefined, condition: 'gone' },
  ]);
});

test('a broker is active until the other one takes over, also if nothing else has told of its end', () => {
  const lanes = lanesOf([
    event(1, 'primary broker', 'active', 1),
    event(2, 'backup broker', 'active', 1),
    event(3, 'backup broker', 'standby', 1),
    event(9, 'backup broker', 'active', 2),
    event(10, 'primary broker', 'unreachable'),
  ]);
  expect(lanes[0]?.spans).toEqual([
    { fromMs: 1, toMs: 9, condition: 'active' },
    { fromMs: 10, toMs: undefined, condition: 'gone' },
  ]);
  expect(lanes[1]?.spans.at(-1)).toEqual({ fromMs: 9, toMs: undefined, condition: 'active' });
});
