import type { BrokerEndpoint } from '@cateto/contracts';
import type { RoundTripMs } from '@cateto/zmtp';
import { timers } from '@cateto/zmtp/timers';
import type { Subscriber } from 'zeromq';
import { openAll } from '../closing.ts';
import { keyMismatchText } from '../key-mismatch.ts';
import type { RequestTimes } from '../request-times.ts';
import { createRoundTrips } from '../request-times.ts';
import type { Dialled, LinkWatch, RequestEvents, RequestSubscriber } from '../sockets.ts';
import { readMessages } from './read-messages.ts';

/*
 * The connections on which a server on the main thread receives requests: a socket of libzmq for each broker. With one
 * socket for both, libzmq would merge connections whose names resolve to the same address.
 */

export interface RequestsOptions {
  readonly brokers: readonly BrokerEndpoint[];
  readonly events: RequestEvents;
  readonly tell: Dialled;
  readonly watch: Pick<LinkWatch, 'broken'> | undefined;
  /** @param connected a connection was established, the first or a later one */
  dial(broker: BrokerEndpoint, connected: () => void, times: RequestTimes): Subscriber;
}

interface Opened {
  readonly socket: Subscriber;
  close(): Promise<void>;
}

interface RequestsOfBroker {
  subscribe(prefix: string): void;
  unsubscribe(prefix: string): void;
  roundTrip(took: RoundTripMs): void;
  close(): Promise<unknown>;
}

/**
 * How long the connection before stays open after its successor is established. Messages that the broker has sent on it
 * are still in flight, and the broker must not miss the server between the two connections.
 */
const overlapMs = 1_000;

export function connectRequests(options: RequestsOptions): RequestSubscriber {
  const { brokers } = options;
  const all = openAll((opened) => new Map(brokers.map((broker) => [broker, opened(requestsOf(broker, options))])));
  return {
    subscribe: (prefix) => all.forEach((one) => one.subscribe(prefix)),
    unsubscribe: (prefix) => all.forEach((one) => one.unsubscribe(prefix)),
    roundTrip: (broker, took) => all.get(broker)?.roundTrip(took),
    close: async () => void (await Promise.all([...all.values()].map((one) => one.close()))),
  };
}

function requestsOf(broker: BrokerEndpoint, { events, tell, watch, dial }: RequestsOptions): RequestsOfBroker {
  const name = `${broker.host}:${broker.subscribePort}`;
  const trips = createRoundTrips();
  const wanted = new Set<string>();
  /** The last one is the current one; those before it are about to be closed. */
  const open: Opened[] = [];
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

  function watchFor(socket: Subscriber): void {
    socket.events.on('disconnect', () => {
      if (closed || socket !== open.at(-1)?.socket) return;
      const { ttlMs, silenceMs } = trips.times();
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
      if (refusals > 1)
        tell(name, keyMismatchText('key', `the other side refuses the key: ${error.status}`, true), true);
    });
  }

  function openOne(connected: () => void): Opened {
    const socket = dial(broker, connected, trips.times());
    watchFor(socket);
    const reading = readMessages(socket, take);
    const opened = {
      socket,
      close() {
        socket.close();
        return reading;
      },
    };
    open.push(opened);
    return opened;
  }

  /** Opens a connection with other times, and closes the one before when this one is established. */
  function replace(): void {
    const before = [...open];
    const established = (): void => {
      events.connected();
      for (const one of before.splice(0)) timers.setTimeout(() => void leave(one), overlapMs).unref();
    };
    try {
      const { socket } = openOne(established);
      for (const prefix of wanted) socket.subscribe(prefix);
    } catch (error) {
      // No file handle is left, so the earlier connection stays.
      events.dropped(error instanceof Error ? error.message : String(error));
    }
  }

  function leave(one: Opened): Promise<void> {
    open.splice(open.indexOf(one), 1);
    return one.close();
  }

  // The first connection counts too, because nothing arrived before it.
  openOne(events.connected);

  return {
    subscribe(prefix) {
      wanted.add(prefix);
      for (const { socket } of open) socket.subscribe(prefix);
    },
    unsubscribe(prefix) {
      wanted.delete(prefix);
      for (const { socket } of open) socket.unsubscribe(prefix);
    },
    roundTrip(took) {
      if (!closed && trips.measured(took, timers.monotonicMs())) replace();
    },
    close() {
      closed = true;
      return Promise.all(open.map((one) => one.close()));
    },
  };
}
