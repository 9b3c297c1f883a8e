import type { BrokerEndpoint } from '@cateto/contracts';
import { limits, topicShape } from '@cateto/contracts';
import * as zeromq from 'zeromq';
import { openAll } from '../closing.ts';
import { dial } from './dial.ts';
import { needHandles } from './handles.ts';
import type {
  BeatPublisher,
  BeatSubscriber,
  Endpoint,
  Subscriber,
  SubscriberEvents,
  XPublisher,
  XPublisherEvents,
} from '@cateto/zmtp';
import {
  createBeatPublisher,
  createBeatSubscriber,
  createSubscriber,
  createXPublisher,
  nullMechanism,
} from '@cateto/zmtp';
import {
  beatBounds,
  brokerBounds,
  brokerSubscriptions,
  commonBounds,
  participantSubscriptions,
} from './socket-bounds.ts';
import { nodeNetwork } from '@cateto/zmtp/node';
import { timers } from '@cateto/zmtp/timers';

/*
 * The only place where Cateto opens sockets, and where keys will be added. The reason of each option is beside it. Two
 * kinds of sockets are libzmq's, because its own thread continues while a handler computes: the connection on which
 * requests arrive, and the one on which a broker hears the beats of the other. Both dial a broker; no socket of libzmq is
 * bound, so no stranger reaches one (ADR 59). The others speak ZMTP on the thread that uses the messages (ADR 18); in a
 * worker thread, all of them do (ADR 27).
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
  /**
   * The broker's side of connections to its heartbeat port. Not soon: a broker that was stopped for some seconds finds
   * the beats of the other one in its kernel when it continues.
   */
  beats: { intervalMs: 5_000, silenceMs: 15_000, ttlMs: 0, onlyIfSilent: true },
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

const participant = {
  ...commonBounds,
  mechanism: nullMechanism,
  reconnecting,
  heartbeat: heartbeats.inTime,
  tickMs: participantTickMs,
  // The messages of a turn have been collected before (`Platform.soon`), so they leave now.
  flushSoon: (run: () => void) => timers.nextTick(run),
};

const broker = {
  ...brokerBounds,
  mechanism: nullMechanism,
  reconnecting,
  heartbeat: heartbeats.bound,
  tickMs: brokerTickMs,
  // Messages of all connections that were readable in this turn leave together.
  flushSoon: (run: () => void) => void timers.setImmediate(run),
};

/** @param broker the host and port that were dialled @param fault why it was not reached; undefined when it was */
export type Dialled = (broker: string, fault: string | undefined) => void;

/**
 * The outbound connection of a participant, to every broker. Subscriptions arrive on it. When a broker is gone, the
 * subscriptions that `isFirst` selects are reported as ended before the others.
 */
export function connectXPublisher(
  brokers: readonly BrokerEndpoint[],
  isFirst: (prefix: string) => boolean,
  events: XPublisherEvents,
  tell: Dialled,
): XPublisher {
  const onDialled = ({ host, port }: Endpoint, fault: string | undefined): void => tell(`${host}:${port}`, fault);
  const socket = createXPublisher(nodeNetwork, { ...participant, ...brokerSubscriptions, isFirst, onDialled }, events);
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
  return createXPublisher(nodeNetwork, { ...broker, ...participantSubscriptions, isTopic }, events);
}

function isTopic(prefix: string): boolean {
  return topicShape(prefix) !== undefined;
}

/**
 * The socket on which a broker publishes its beats: to the other broker, and to participants that request its status.
 */
export function openHeartbeat(dropped: (cause: string) => void): BeatPublisher {
  const options = {
    ...broker,
    ...beatBounds,
    heartbeat: heartbeats.beats,
    flushSoon: (run: () => void) => timers.nextTick(run),
  };
  return createBeatPublisher(nodeNetwork, options, dropped);
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
 * In seconds. The side that listens to beats sends no PINGs, because the beats are the heartbeat. So its kernel has to
 * detect a cut link, and a connection whose other end is silent for this long is made again: the other kernel repeats
 * unacknowledged beats at ever longer intervals. The kernel of a stopped process still answers.
 */
const beatsUnheard = { tcpKeepalive: 1, tcpKeepaliveIdle: 1, tcpKeepaliveInterval: 1, tcpKeepaliveCount: 2 };

/** Messages of one broker: a second of 40,000 requests/s in batches of ten, plus a burst. */
const highWaterMark = 10_000;

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
  tell?: (fault?: string) => void,
): zeromq.Subscriber {
  needHandles();
  return openAll((opened) => {
    const socket = opened(new zeromq.Subscriber({ ...everySocket, ...connecting, ...options }));
    prepare(socket);
    dial(socket, host, port, tell);
    return socket;
  });
}

/**
 * The heartbeat of a broker, for its peer.
 *
 * @param broken the connection was lost
 */
export function connectHeartbeat(
  { host, heartbeatPort }: BrokerEndpoint,
  broken: () => void,
  tell: Dialled = () => undefined,
): zeromq.Subscriber {
  const options = { ...beatsUnheard, receiveHighWaterMark: 16 };
  const whenBroken = (socket: zeromq.Subscriber): unknown => socket.events.on('disconnect', broken);
  const heartbeat = dialSubscriber(host, heartbeatPort, options, whenBroken, (fault) =>
    tell(`${host}:${heartbeatPort}`, fault),
  );
  heartbeat.subscribe();
  return heartbeat;
}
