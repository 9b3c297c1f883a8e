import type { BrokerEndpoint } from '@cateto/contracts';
import { timers } from '@cateto/zmtp/timers';
import type { Subscriber } from 'zeromq';
import { keyMismatchText } from '../key-mismatch.ts';
import type { RequestConnection, RequestConnectionState } from '../request-connections.ts';
import { openRequestConnections } from '../request-connections.ts';
import type { RequestTimes } from '../request-times.ts';
import type { Dialled, LinkWatch, RequestEvents, RequestSubscriber } from '../sockets.ts';
import { readMessages } from './read-messages.ts';

/*
 * The connections on which a server on the main thread receives requests: a socket of libzmq for each. With one socket
 * for both brokers, libzmq would merge connections whose names resolve to the same address.
 */

export interface RequestsOptions {
  readonly brokers: readonly BrokerEndpoint[];
  readonly events: RequestEvents;
  readonly tell: Dialled;
  readonly watch: Pick<LinkWatch, 'broken'> | undefined;
  /** @param connected a connection was established, the first or a later one */
  dial(broker: BrokerEndpoint, connected: () => void, times: RequestTimes): Subscriber;
}

export function connectRequests(options: RequestsOptions): RequestSubscriber {
  const { brokers, events, dial } = options;
  let closed = false;

  function take(frames: readonly Buffer[]): void {
    const [topic, body] = frames;
    if (closed) return;
    if (frames.length === 2 && topic !== undefined && body !== undefined) {
      events.message(topic.toString('latin1'), body);
    } else {
      events.dropped(`${frames.length} frames`);
    }
  }

  const connections = openRequestConnections({
    brokers,
    open(broker, state) {
      const socket = dial(broker, state.connected, state.times());
      watchSocket(socket, `${broker.host}:${broker.subscribePort}`, state, options);
      return connectionOf(socket, readMessages(socket, take));
    },
    connected: events.connected,
    // No file handle is left.
    failed: (error) => events.dropped(error instanceof Error ? error.message : String(error)),
    nowMs: timers.monotonicMs,
    later: (ms, run) => void timers.setTimeout(run, ms).unref(),
  });
  return {
    ...connections,
    close(lingerMs) {
      closed = true;
      return connections.close(lingerMs);
    },
  };
}

/** @param reading ends when the socket is closed */
function connectionOf(socket: Subscriber, reading: Promise<unknown>): RequestConnection {
  return {
    subscribe: (prefix) => socket.subscribe(prefix),
    unsubscribe: (prefix) => socket.unsubscribe(prefix),
    close() {
      socket.close();
      return reading;
    },
  };
}

/** @param name of the broker */
function watchSocket(
  socket: Subscriber,
  name: string,
  { times, isCurrent }: RequestConnectionState,
  { tell, watch }: RequestsOptions,
): void {
  socket.events.on('disconnect', () => {
    if (!isCurrent()) return;
    const { ttlMs, silenceMs } = times();
    const bounds = `the server was not heard for ${ttlMs} ms, or the broker not for ${silenceMs} ms`;
    watch?.broken(name, `the connection for requests was lost: ${bounds}`);
  });
  socket.events.on('handshake:error:other', ({ error }) => watch?.broken(name, `no handshake: ${error.message}`));
  let refusals = 0;
  socket.events.on('handshake', () => {
    refusals = 0;
    tell(name, undefined);
  });
  socket.events.on('handshake:error:auth', ({ error }) => {
    refusals += 1;
    // The other connections get the reason in words, and report it before the second refusal here.
    if (refusals > 1) tell(name, keyMismatchText('key', `the other side refuses the key: ${error.status}`, true), true);
  });
}
