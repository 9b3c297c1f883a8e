import { expect, test } from 'vitest';
import type { BrokerState, ServerState } from '../shared/state.ts';
import { statusEvents } from './status-events.ts';

function broker(state: BrokerState['state'], epoch?: number): BrokerState {
  return { endpoint: '127.0.0.1:5555', name: 'primary broker', state, epoch, sinceMs: 0 };
}

const server = { address: 'a', name: 'op-server a', serves: ['square'], lanes: [1, 3] } as unknown as ServerState;

test('a process that is gone, or back, is an event without an epoch; what it tells itself is not repeated', () => {
  const states = [
    { brokers: [broker('active', 1)], servers: [server] },
    { brokers: [broker('unreachable')], servers: [] },
    { brokers: [broker('standby', 2)], servers: [server] },
    { brokers: [broker('active', 3)], servers: [server] },
  ];
  const events = states.map((state, at) => statusEvents(states[at - 1], state, at));
  expect(events.map((all) => all.map(({ process, event, epoch }) => [process, event, epoch]))).toEqual([
    [],
    [
      ['primary broker', 'unreachable', undefined],
      ['op-server a', 'server-down', undefined],
    ],
    [
      ['primary broker', 'standby', undefined],
      ['op-server a', 'server-up', undefined],
    ],
    [],
  ]);
});
