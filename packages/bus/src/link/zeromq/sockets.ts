import type { BrokerEndpoint } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import * as zeromq from 'zeromq';
import { openAll } from '../closing.ts';
import { dial } from './dial.ts';
import { needHandles } from './handles.ts';
import type { BeatSubscriber, Subscriber, SubscriberEvents, XPublisher, XPublisherEvents } from '@cateto/zmtp';
import { createBeatSubscriber, createSubscriber, createXPublisher, nullMechanism } from '@cateto/zmtp';
import { nodeNetwork } from '@cateto/zmtp/node';
import { timers } from '@cateto/zmtp/timers';

/*
 * The only place where Cateto opens sockets, and where keys will be added. The reason of each option is beside it. Two
 * kinds of sockets are libzmq's, because its own thread continues while a handler computes: the connection on which
 * requests arrive, and the few beats between the brokers. The others speak ZMTP on the thread that uses the messages
 * (ADR 18); in a worker thread, all of them do (ADR 27).
 */

/**
 * ZMTP heartbeats: the only way to detect a stopped process or a cut link. The side that connects sends PINGs, and each
 * PING says after what silence the other side should give it up. ADR 15 says which connections need this soon.
 */
const heartbeats = {
  /**
   * For the connection on which requests arrive: a server that hangs is given up after 150 to 250 ms. The server waits
   * longer for the broker. So a connection that closes soon after the server has heard the broker belongs to a process
   * that ended, not to a cut link (ADR 30).
   */
  soon: { heartbeatInterval: 50, heartbeatTimeout: 1_000, heartbeatTimeToLive: 200 },
  /** For all other connections of participants. There may be thousands, most of them idle. */
  inTime: {
    intervalMs: 4_000,
    silenceMs: 12_000,
    // Messages that a cut link has held back arrive when it heals, unless the connection was given up before. A copy of
    // a request that arrives more than two seconds late might run again, because its server has answered it and
    // forgotten it as settled.
    unconfirmed: { intervalMs: 500, silenceMs: 1_000 },
    ttlMs: 12_000,
  },
  /**
   * For the request connection in a worker thread, which may end by itself. No thread of libzmq sends its PINGs, so a
   * handler that computes there needs more time. With more than two seconds, a request could arrive after its server
   * has answered and forgotten it.
   */
  inWorker: { intervalMs: 250, silenceMs: 1_500, ttlMs: 1_500, firstPing: true },
  /** The broker's side of all of them, for peers that send no PINGs. */
  bound: {
    intervalMs: 5_000,
    silenceMs: 15_000,
    ttlMs: 0,
    onlyIfSilent: true,
    // The 200 ms of a server, or 1.5 s in a worker thread, but not the longer times of clients: a broker distinguishes
    // the end of a server from a cut link (ADR 30). The last round trip must be at most 750 ms old.
    closeWatch: { ttlMs: 1_500, intervalMs: 200 },
    pongsAtTick: true,
    firstPing: true,
  },
};
/**
 * A broker measures a server's 200 ms to the next tick. A larger tick costs less for a thousand idle participants of
 * one machine.
 */
const brokerTickMs = 50;
const participantTickMs = 500;
const workerTickMs = 250;

const reconnecting = {
  // A returning broker is met quickly, and a missing one is not flooded with attempts.
  intervalMs: 10,
  intervalMaxMs: 200,
  // The kernel repeats a lost SYN after 1, 2, 4, 8 … seconds: after a cut of 20 s, the connection was back only 16 s
  // after the link had healed. A new attempt finds it within a second.
  connectTimeoutMs: 1_000,
};

const common = {
  mechanism: nullMechanism,
  frameBytesMax: limits.frameBytesMax,
  /** Several seconds of 40,000 requests/s, and sixteen of the largest frames. */
  unsentBytesMax: 16 * limits.frameBytesMax,
  /** Longer than any topic, which has at most 64 bytes. */
  prefixBytesMax: 64,
};

const participant = {
  ...common,
  reconnecting,
  heartbeat: heartbeats.inTime,
  tickMs: participantTickMs,
  // The messages of a turn have been collected before (`Platform.soon`), so they leave now.
  flushSoon: (run: () => void) => timers.nextTick(run),
};

const broker = {
  ...common,
  reconnecting,
  heartbeat: heartbeats.bound,
  tickMs: brokerTickMs,
  // Messages of all connections that were readable in this turn leave together.
  flushSoon: (run: () => void) => void timers.setImmediate(run),
};

/** All subscriptions of a broker: its request topics and its prefixes have at most 40,000 entries each. */
const brokerSubscriptionsMax = 100_000;
/** A server subscribes to a topic for each operation and lane. */
const participantSubscriptionsMax = 10_000;

/**
 * The outbound connection of a participant, to every broker. Subscriptions arrive on it. When a broker is gone, the
 * subscriptions that `isFirst` selects are reported as ended before the others.
 */
export function connectXPublisher(
  brokers: readonly BrokerEndpoint[],
  isFirst: (prefix: string) => boolean,
  events: XPublisherEvents,
): XPublisher {
  const socket = createXPublisher(
    nodeNetwork,
    { ...participant, subscriptionsMax: brokerSubscriptionsMax, isFirst },
    events,
  );
  return dialled(socket, brokers, ({ host, publishPort }) => socket.dial(host, publishPort));
}

/** The connection on which a participant receives answers, and an observer everything, from every broker. */
export function connectSubscriber(brokers: readonly BrokerEndpoint[], events: SubscriberEvents): Subscriber {
  const socket = createSubscriber(nodeNetwork, { ...participant, type: 'SUB' }, events);
  return dialled(socket, brokers, ({ host, subscribePort }) => socket.dial(host, subscribePort));
}

/** The broker's side for publishers. A new publisher receives the subscriptions that `isLast` selects last. */
export function openXSubscriber(isLast: (prefix: string) => boolean, events: SubscriberEvents): Subscriber {
  return createSubscriber(nodeNetwork, { ...broker, type: 'XSUB', isLast }, events);
}

/** The broker's side for subscribers. */
export function openXPublisher(events: XPublisherEvents): XPublisher {
  return createXPublisher(nodeNetwork, { ...broker, subscriptionsMax: participantSubscriptionsMax }, events);
}

/**
 * The connection on which a server in a worker thread receives requests, from every broker. It does not use libzmq (ADR
 * 27): a thread that ends while a socket of libzmq is read takes the whole process with it.
 */
export function connectRequestsInWorker(brokers: readonly BrokerEndpoint[], events: SubscriberEvents): Subscriber {
  const options = { ...participant, heartbeat: heartbeats.inWorker, tickMs: workerTickMs, type: 'SUB' } as const;
  const socket = createSubscriber(nodeNetwork, options, events);
  return dialled(socket, brokers, ({ host, subscribePort }) => socket.dial(host, subscribePort));
}

/** The heartbeat of a broker, for a participant that requests its status. */
export function connectBeats(of: BrokerEndpoint, heard: (beat: Uint8Array) => void): BeatSubscriber {
  const socket = createBeatSubscriber(nodeNetwork, participant, heard);
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
  // Messages that wait for a missing peer are resent (rule 2); they must not keep a process from ending.
  linger: 0,
  // Without this limit, a frame of 100 MB is delivered, and a header that announces 8 GiB is accepted.
  maxMessageSize: limits.frameBytesMax,
  // Drops connections that never speak ZMTP.
  handshakeInterval: 1_000,
};

const connecting = {
  reconnectInterval: reconnecting.intervalMs,
  reconnectMaxInterval: reconnecting.intervalMaxMs,
  connectTimeout: reconnecting.connectTimeoutMs,
};

/**
 * The heartbeat link between brokers has no ZMTP heartbeats: the beats are the heartbeat. Therefore the kernel has to
 * detect a cut link. By default it repeats unacknowledged beats at ever longer intervals, and the side that only
 * listens would wait for ever for a host that lost its power. After a cut of 20 s, both brokers stayed active for 6 s.
 */
const beatsUnacknowledged = { tcpMaxRetransmitTimeout: 1_000 };
/**
 * In seconds. A connection whose other end is silent for this long is made again. The kernel of a stopped process still
 * answers.
 */
const beatsUnheard = { tcpKeepalive: 1, tcpKeepaliveIdle: 1, tcpKeepaliveInterval: 1, tcpKeepaliveCount: 2 };

/** Messages of one broker: a second of 40,000 requests/s in batches of ten, plus a burst. */
const highWaterMark = 10_000;

/**
 * With this option, libzmq tries a host's IPv6 address first, where the broker may not listen. So it is set only for
 * IPv6 addresses.
 */
function addressing(host: string): { readonly ipv6: boolean } {
  return { ipv6: host.includes(':') };
}

/** ZMQ_SNDHWM, which bounds the subscriptions of a receiving socket. A Subscriber has no option of that name. */
const sendHighWaterMarkOption = 23;
interface Int32Options {
  setInt32Option(option: number, value: number): void;
}

/**
 * The connection on which a server on the main thread receives requests through one broker.
 *
 * @param connected a connection was established, the first or a later one
 */
export function connectRequests({ host, subscribePort }: BrokerEndpoint, connected: () => void): zeromq.Subscriber {
  const options = { ...heartbeats.soon, receiveHighWaterMark: highWaterMark };
  return dialSubscriber(host, subscribePort, options, (socket) => {
    // Without this option, subscriptions beyond 1,000 are lost silently at connect.
    (socket as unknown as Int32Options).setInt32Option(sendHighWaterMarkOption, 0);
    // Open the observer now, while file handles are available for it.
    socket.events.on('handshake', connected);
  });
}

/** @param prepare sets up the socket before it dials */
function dialSubscriber(
  host: string,
  port: number,
  options: zeromq.SocketOptions<zeromq.Subscriber>,
  prepare: (socket: zeromq.Subscriber) => void,
): zeromq.Subscriber {
  needHandles();
  return openAll((opened) => {
    const socket = opened(new zeromq.Subscriber({ ...everySocket, ...connecting, ...options }));
    prepare(socket);
    dial(socket, host, port);
    return socket;
  });
}

/** The socket on which a broker publishes its beats. */
export function openHeartbeat(bind: string): zeromq.Publisher {
  needHandles();
  return new zeromq.Publisher({
    ...everySocket,
    ...addressing(bind),
    ...beatsUnacknowledged,
    // A late beat is worthless, so a few are enough.
    sendHighWaterMark: 4,
    sendTimeout: 0,
  });
}

/**
 * The heartbeat of a broker, for its peer.
 *
 * @param broken the connection was lost
 */
export function connectHeartbeat({ host, heartbeatPort }: BrokerEndpoint, broken: () => void): zeromq.Subscriber {
  const options = { ...beatsUnheard, receiveHighWaterMark: 16 };
  const heartbeat = dialSubscriber(host, heartbeatPort, options, (socket) => socket.events.on('disconnect', broken));
  heartbeat.subscribe();
  return heartbeat;
}
