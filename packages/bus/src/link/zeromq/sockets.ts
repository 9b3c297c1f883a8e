import type { BrokerEndpoint } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import * as zeromq from 'zeromq';
import { openAll } from '../closing.ts';
import { dial } from './dial.ts';
import { needHandles } from './handles.ts';
import type { BeatSubscriber, Subscriber, SubscriberEvents, XPublisher, XPublisherEvents } from '@cateto/zmtp';
import { createBeatSubscriber, createSubscriber, createXPublisher } from '@cateto/zmtp';
import { timers } from '@cateto/zmtp/timers';

/*
 * The one seam through which every socket of Cateto is opened, and the one place where keys will go. Each option has its
 * reason beside it. What has to go on while a handler computes is libzmq's, whose thread does it: the way on which requests
 * come in. So are the beats between the brokers, which are few. All else is spoken by the thread that has the messages (ADR 18), and
 * in a worker thread everything (ADR 48).
 */

/**
 * Heartbeats of ZMTP: the only thing that shows a stopped process or a cut link. Who connects pings, and says in each ping after
 * what silence the other side shall let go of it as well. On which connections that has to be soon is ADR 15.
 */
const heartbeats = {
  /**
   * Where requests come in: a server that hangs is missed 150 to 250 ms after it began to. The server itself waits for longer than the
   * broker: what closes soon after it has heard the broker is then a process that ended, and not a link that was cut (ADR 51).
   */
  soon: { heartbeatInterval: 50, heartbeatTimeout: 1_000, heartbeatTimeToLive: 200 },
  /** All other connections of participants, thousands perhaps, most of them idle. */
  inTime: {
    intervalMs: 4_000,
    silenceMs: 12_000,
    // What a cut link held back arrives when it heals, unless it was given up before. More than two seconds late a copy of a
    // request can be run again, which its server had answered and forgotten as settled.
    unconfirmed: { intervalMs: 500, silenceMs: 1_000 },
    ttlMs: 12_000,
  },
  /**
   * Where requests come in on a thread that may end by itself: no thread of libzmq pings for it, so the handler that computes there
   * has to be given time. Above two seconds a request could arrive so late that its server has answered and forgotten it.
   */
  inWorker: { intervalMs: 250, silenceMs: 1_500, ttlMs: 1_500, firstPing: true },
  /** A broker's side of all of them: for those who do not ping. */
  bound: {
    intervalMs: 5_000,
    silenceMs: 15_000,
    ttlMs: 0,
    onlyIfSilent: true,
    // A server's 200 ms, or 1.5 s in a worker thread, and not a client's: a broker tells the end of a server from a cut link (ADR 51).
    closeWatchTtlMs: 1_500,
    firstPing: true,
  },
};
/** A broker tells a server's 200 ms to the next tick; a thousand idle participants of one machine should cost it little. */
const brokerTickMs = 50;
const participantTickMs = 500;
const workerTickMs = 250;

const reconnecting = {
  // A broker that comes back is met quickly; one that stays away is not hammered.
  intervalMs: 10,
  intervalMaxMs: 200,
  // The kernel repeats a lost SYN after 1, 2, 4, 8 ... seconds: after a cut of 20 s the link was back only 16 s after it
  // had healed. An attempt given up and made anew finds it within a second.
  connectTimeoutMs: 1_000,
};

const bounds = {
  frameBytesMax: limits.frameBytesMax,
  /** A second of 40,000 requests/s, several times over, and sixteen of the largest frames. */
  unsentBytesMax: 16 * limits.frameBytesMax,
  /** Longer than any topic, which has 64 at most. */
  prefixBytesMax: 64,
};

const participant = {
  ...bounds,
  reconnecting,
  heartbeat: heartbeats.inTime,
  tickMs: participantTickMs,
  // What is published in a turn was collected before (`Platform.soon`): it leaves now.
  flushSoon: (run: () => void) => timers.nextTick(run),
};

const broker = {
  ...bounds,
  reconnecting,
  heartbeat: heartbeats.bound,
  tickMs: brokerTickMs,
  // What the connections that were readable brought leaves together.
  flushSoon: (run: () => void) => void timers.setImmediate(run),
};

/** What a broker has subscribed to, in full: its table of requests and its prefixes have 40,000 entries each at most. */
const brokerSubscriptionsMax = 100_000;
/** A server has a topic for each operation and lane. */
const participantSubscriptionsMax = 10_000;

/**
 * A participant's way out, linked to every broker; subscriptions arrive on it. When a broker is gone, what `isFirst` chooses of
 * its subscriptions is reported before the others.
 */
export function connectXPublisher(
  brokers: readonly BrokerEndpoint[],
  isFirst: (prefix: string) => boolean,
  events: XPublisherEvents,
): XPublisher {
  const socket = createXPublisher({ ...participant, subscriptionsMax: brokerSubscriptionsMax, isFirst }, events);
  return dialled(socket, brokers, ({ host, publishPort }) => socket.dial(host, publishPort));
}

/** The way on which a participant hears answers, and an observer everything, linked to every broker. */
export function connectSubscriber(brokers: readonly BrokerEndpoint[], events: SubscriberEvents): Subscriber {
  const socket = createSubscriber({ ...participant, type: 'SUB' }, events);
  return dialled(socket, brokers, ({ host, subscribePort }) => socket.dial(host, subscribePort));
}

/** A broker's side of the publishers. A publisher that comes later hears last of what `isLast` chooses. */
export function openXSubscriber(isLast: (prefix: string) => boolean, events: SubscriberEvents): Subscriber {
  return createSubscriber({ ...broker, type: 'XSUB', isLast }, events);
}

/** A broker's side of the subscribers. */
export function openXPublisher(events: XPublisherEvents): XPublisher {
  return createXPublisher({ ...broker, subscriptionsMax: participantSubscriptionsMax }, events);
}

/**
 * The way on which a server in a worker thread hears what it is asked, linked to every broker. libzmq has no part in it (ADR 48): a
 * thread that ends while a socket of libzmq is read takes the whole process with it.
 */
export function connectRequestsInWorker(brokers: readonly BrokerEndpoint[], events: SubscriberEvents): Subscriber {
  const options = { ...participant, heartbeat: heartbeats.inWorker, tickMs: workerTickMs, type: 'SUB' } as const;
  const socket = createSubscriber(options, events);
  return dialled(socket, brokers, ({ host, subscribePort }) => socket.dial(host, subscribePort));
}

/** A broker's heartbeat, as a participant that asks for its state hears it. */
export function connectBeats(of: BrokerEndpoint, heard: (beat: Buffer) => void): BeatSubscriber {
  const socket = createBeatSubscriber(participant, heard);
  return dialled(socket, [of], ({ host, heartbeatPort }) => socket.dial(host, heartbeatPort));
}

/** Closes the socket when a broker cannot be dialled. */
function dialled<S extends { close(lingerMs: number): unknown }>(
  socket: S,
  brokers: readonly BrokerEndpoint[],
  dialOne: (one: BrokerEndpoint) => void,
): S {
  return openAll((opened) => {
    opened({ close: () => socket.close(0) });
    brokers.forEach(dialOne);
    return socket;
  });
}

const everySocket = {
  // What waits for a peer that is gone is sent again by rule 2; it must not keep a process from ending.
  linger: 0,
  // Without it a frame of 100 MB is delivered and a header that announces 8 GiB is held open.
  maxMessageSize: limits.frameBytesMax,
  // A connection that never speaks ZMTP is dropped.
  handshakeInterval: 1_000,
};

const connecting = {
  reconnectInterval: reconnecting.intervalMs,
  reconnectMaxInterval: reconnecting.intervalMaxMs,
  connectTimeout: reconnecting.connectTimeoutMs,
};

/**
 * The brokers' heartbeat link has no ZMTP heartbeats: the beats are the heartbeat, and only one connection. So the kernel has to
 * notice that it is cut: beats that nobody acknowledged are repeated at ever longer intervals, and the one who only
 * listens would wait for ever for a host that lost its power. After a cut of 20 s both brokers stayed active for 6 s.
 */
const beatsUnacknowledged = { tcpMaxRetransmitTimeout: 1_000 };
/** In seconds; a connection whose other end is silent so long is made anew. A stopped process's kernel still answers. */
const beatsUnheard = { tcpKeepalive: 1, tcpKeepaliveIdle: 1, tcpKeepaliveInterval: 1, tcpKeepaliveCount: 2 };

/** Messages of one broker: a second of 40,000 requests/s in batches of ten, and a burst upon it. */
const highWaterMark = 10_000;

/** With it libzmq takes a host's name for its IPv6 address first, where nobody may listen: only for who writes IPv6. */
function addressing(host: string): { readonly ipv6: boolean } {
  return { ipv6: host.includes(':') };
}

/** ZMQ_SNDHWM, which on a receiving socket bounds its subscriptions. A Subscriber has no option of that name. */
const sendHighWaterMarkOption = 23;
interface Int32Options {
  setInt32Option(option: number, value: number): void;
}

/**
 * The way on which a server on the main thread hears what it is asked through a broker.
 *
 * @param connected a connection was made, for the first time or again
 */
export function connectRequests({ host, subscribePort }: BrokerEndpoint, connected: () => void): zeromq.Subscriber {
  needHandles();
  return openAll((opened) => {
    const socket = opened(
      new zeromq.Subscriber({
        ...everySocket,
        ...addressing(host),
        ...connecting,
        ...heartbeats.soon,
        receiveHighWaterMark: highWaterMark,
      }),
    );
    // More than 1,000 subscriptions are silently lost at connect unless this bound is lifted.
    (socket as unknown as Int32Options).setInt32Option(sendHighWaterMarkOption, 0);
    // Its observer is opened now, while there are handles for it.
    socket.events.on('handshake', connected);
    dial(socket, host, subscribePort);
    return socket;
  });
}

/** Where a broker publishes its beats. */
export function openHeartbeat(bind: string): zeromq.Publisher {
  needHandles();
  return new zeromq.Publisher({
    ...everySocket,
    ...addressing(bind),
    ...beatsUnacknowledged,
    // A beat that is late is worth nothing: a few are enough.
    sendHighWaterMark: 4,
    sendTimeout: 0,
  });
}

/**
 * A broker's heartbeat, as its peer hears it.
 *
 * @param broken the connection was lost
 */
export function connectHeartbeat({ host, heartbeatPort }: BrokerEndpoint, broken: () => void): zeromq.Subscriber {
  needHandles();
  return openAll((opened) => {
    const socket = opened(
      new zeromq.Subscriber({
        ...everySocket,
        ...addressing(host),
        ...connecting,
        ...beatsUnheard,
        receiveHighWaterMark: 16,
      }),
    );
    socket.events.on('disconnect', broken);
    dial(socket, host, heartbeatPort);
    socket.subscribe();
    return socket;
  });
}
