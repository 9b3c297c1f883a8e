import { expect, test } from 'vitest';
import type { BrokerState, SystemEvent } from '../shared/state.ts';
import { activeNow, sinceMsOf } from './brokers-now.ts';

function event(atMs: number, process: string, name: string, epoch?: number): SystemEvent {
  return { atMs, process, event: name, level: 'info', text: '', epoch };
}

function broker(name: BrokerState['name'], state: BrokerState['state'], epoch?: number): BrokerState {
  return { endpoint: name, name, state, epoch, sinceMs: 60_000 };
}

const events = [
  event(1_000, 'primary broker', 'active', 1),
  event(30_000, 'primary broker', 'process-ended'),
  event(58_900, 'primary broker', 'killed'),
  event(58_990, 'primary broker', 'process-ended'),
  event(59_110, 'backup broker', 'active', 2),
];

test('a broker is in its state since its event, which is earlier than the next status', () => {
  expect(sinceMsOf(broker('backup broker', 'active', 2), events)).toBe(59_110);
  expect(sinceMsOf(broker('primary broker', 'unreachable'), events)).toBe(58_900);
});

test('without an event of that state, a broker is in it since the console saw it', () => {
  expect(sinceMsOf(broker('backup broker', 'active', 3), events)).toBe(60_000);
  expect(sinceMsOf(broker('backup broker', 'unreachable'), events)).toBe(60_000);
});

test('the active broker is named, and so is a system with none or two', () => {
  expect(activeNow([broker('primary broker', 'unreachable'), broker('backup broker', 'active', 2)], events)).toMatch(
    /^The backup broker is active in epoch 2, since \d\d:\d\d:59\.$/,
  );
  expect(activeNow([broker('primary broker', 'standby', 1)], [])).toBe('No broker is active.');
  const two = [broker('primary broker', 'active', 1), broker('backup broker', 'active', 2)];
  expect(activeNow(two, [])).toBe('Two brokers are active.');
});
