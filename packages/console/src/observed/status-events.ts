import type { BrokerState, ServerState, SystemEvent } from '../shared/state.ts';

/*
 * Processes that are gone or back, from the difference of two states: a process that was killed tells nothing itself.
 * The console asks for the state once a second, so the times are exact to a second. Everything else is told by the
 * processes (client-events.ts).
 */

interface Seen {
  readonly brokers: readonly BrokerState[];
  readonly servers: readonly ServerState[];
}

export function statusEvents(before: Seen | undefined, after: Seen, atMs: number): SystemEvent[] {
  if (before === undefined) return [];
  const changed = after.brokers.flatMap((broker) => {
    const last = before.brokers.find(({ endpoint }) => endpoint === broker.endpoint);
    return last === undefined || isThere(last) === isThere(broker) ? [] : [brokerEvent(broker, atMs)];
  });
  const was = new Map(before.servers.map((server) => [server.address, server]));
  const is = new Map(after.servers.map((server) => [server.address, server]));
  const up = after.servers.filter(({ address }) => !was.has(address)).map((one) => serverEvent(one, 'server-up', atMs));
  const down = [...was.values()].filter(({ address }) => !is.has(address));
  return [...changed, ...down.map((one) => serverEvent(one, 'server-down', atMs)), ...up];
}

function isThere({ state }: BrokerState): boolean {
  return state !== 'unreachable';
}

/** It has no epoch: that belongs to the event of the broker itself. */
function brokerEvent(broker: BrokerState, atMs: number): SystemEvent {
  const { name, state, endpoint } = broker;
  return isThere(broker)
    ? { atMs, process: name, event: state, level: 'info', text: `reached again at ${endpoint}`, epoch: undefined }
    : { atMs, process: name, event: state, level: 'error', text: endpoint, epoch: undefined };
}

function serverEvent({ name, serves, lanes }: ServerState, event: string, atMs: number): SystemEvent {
  const shown =
    serves.length > 3 ? `${serves.slice(0, 3).join(', ')} and ${serves.length - 3} more` : serves.join(', ');
  const on = lanes.length === 0 ? '' : `, lanes ${lanes.join(', ')}`;
  return {
    atMs,
    process: name,
    event,
    level: event === 'server-down' ? 'warn' : 'info',
    text: shown + on,
    epoch: undefined,
  };
}
