import type { BrokerEndpoint, Role } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import { isMainThread } from 'node:worker_threads';
import { nodeNetwork } from '@cateto/zmtp/node';
import { timers } from '@cateto/zmtp/timers';
import * as zeromq from 'zeromq';
import { openAll } from '../closing.ts';
import type { RequestTimes } from '../request-times.ts';
import { handshakeMs, heartbeats, reconnecting } from '../socket-options.ts';
import type { BrokerSockets, Dialled, ParticipantSockets, PeerHeartbeat } from '../sockets.ts';
import type { ZmtpSockets } from '../zmtp-sockets.ts';
import { createZmtpSockets } from '../zmtp-sockets.ts';
import { dial } from './dial.ts';
import type { BoundKeys, DialKeys, LibzmqKeys } from './keys.ts';
import { watchFileHandles } from './file-handles.ts';
import { needHandles } from './handles.ts';
import { probePeer } from './peer-probe.ts';
import { readMessages } from './read-messages.ts';
import { connectRequests } from './requests.ts';

/*
 * The only place where Cateto opens sockets, with keys or without. Two kinds of sockets are libzmq's, because
 * its own thread continues while a handler computes: the connection on which requests arrive, and the one on which a
 * broker hears the beats of the other. Both dial a broker; no socket of libzmq is bound, so no stranger reaches one (ADR
 * 59). The others speak ZMTP on the thread that uses the messages (ADR 18); in a worker thread, all of them do (ADR 27).
 */

const flushing = {
  participant: (run: () => void) => timers.nextTick(run),
  broker: (run: () => void) => void timers.setImmediate(run),
};

const zmtp = createZmtpSockets(nodeNetwork, flushing);

/** For a server in a worker thread. */
export const connectRequestsInWorker: ZmtpSockets['connectRequestsInWorker'] = zmtp.connectRequestsInWorker;

export const participantSockets: ParticipantSockets = {
  ...zmtp,
  connectRequests: isMainThread ? requestsWith() : connectRequestsInWorker,
};

/** @param roles the roles of which the key needs one; unless given, any key of the list will do */
export function participantSocketsWith(keys: DialKeys, roles?: readonly Role[]): ParticipantSockets {
  const sealed = createZmtpSockets(nodeNetwork, flushing, {
    dial: (broker) => keys.mechanismFor(broker, roles),
    unreadable: keys.unreadable,
  });
  return {
    ...sealed,
    connectRequests: isMainThread ? requestsWith(keys) : sealed.connectRequestsInWorker,
  };
}

export const brokerSockets: BrokerSockets = {
  ...zmtp,
  connectHeartbeat,
  probePeer,
  watchConnections: watchFileHandles,
};

export function brokerSocketsWith(keys: BoundKeys): BrokerSockets {
  return {
    ...brokerSockets,
    ...createZmtpSockets(nodeNetwork, flushing, { bound: keys.mechanismOf }),
    connectHeartbeat: (peer, heard, broken, tell) =>
      connectHeartbeat(peer, heard, broken, tell, () => keys.optionsFor(peer)),
  };
}

const everySocket = {
  // Messages that wait for a missing peer are resent (rule 2); they must not keep a process from ending.
  linger: 0,
  // Without this limit, a frame of 100 MB is delivered, and a header that announces 8 GiB is accepted.
  maxMessageSize: limits.frameBytesMax,
  handshakeInterval: handshakeMs,
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

function requestsWith(keys?: DialKeys): ParticipantSockets['connectRequests'] {
  return (brokers, events, tell = () => undefined, watch) =>
    connectRequests({
      brokers,
      events,
      tell,
      watch,
      dial: (broker, connected, times) =>
        dialRequests(broker, connected, keys === undefined ? undefined : () => keys.optionsFor(broker), times),
    });
}

/**
 * The connection on which a server on the main thread receives requests through one broker.
 *
 * @param connected a connection was established, the first or a later one
 */
export function dialRequests(
  { host, subscribePort }: BrokerEndpoint,
  connected: () => void,
  keys?: () => LibzmqKeys,
  { silenceMs, ttlMs }: RequestTimes = heartbeats.soon,
): zeromq.Subscriber {
  const options = {
    heartbeatInterval: heartbeats.soon.intervalMs,
    heartbeatTimeout: Math.round(silenceMs),
    heartbeatTimeToLive: Math.round(ttlMs),
    receiveHighWaterMark: highWaterMark,
  };
  const prepare = (socket: zeromq.Subscriber): void => {
    // Without this option, subscriptions beyond 1,000 are lost silently at connect.
    (socket as unknown as Int32Options).setInt32Option(sendHighWaterMarkOption, 0);
    // Open the observer now, while file handles are available for it.
    socket.events.on('handshake', connected);
  };
  return dialSubscriber(host, subscribePort, options, keys, prepare);
}

/** @param prepare sets up the socket before it dials */
function dialSubscriber(
  host: string,
  port: number,
  options: zeromq.SocketOptions<zeromq.Subscriber>,
  keys: (() => LibzmqKeys) | undefined,
  prepare: (socket: zeromq.Subscriber) => void,
  tell?: (fault?: string) => void,
): zeromq.Subscriber {
  needHandles();
  return openAll((opened) => {
    const socket = opened(new zeromq.Subscriber({ ...everySocket, ...connecting, ...options, ...keys?.() }));
    prepare(socket);
    const keyed = keys && { refusedMs: reconnecting.refusedMs, serverKeyNow: () => keys().curveServerKey };
    dial(socket, host, port, tell, keyed);
    return socket;
  });
}

/** The socket of a broker for the heartbeat of its peer. */
export function dialHeartbeat(
  { host, heartbeatPort }: Pick<BrokerEndpoint, 'host' | 'heartbeatPort'>,
  broken: () => void,
  tell: Dialled = () => undefined,
  keys?: () => LibzmqKeys,
): zeromq.Subscriber {
  const options = { ...beatsUnheard, receiveHighWaterMark: 16 };
  const whenBroken = (socket: zeromq.Subscriber): unknown => socket.events.on('disconnect', broken);
  const heartbeat = dialSubscriber(host, heartbeatPort, options, keys, whenBroken, (fault) =>
    tell(`${host}:${heartbeatPort}`, fault),
  );
  heartbeat.subscribe();
  return heartbeat;
}

function connectHeartbeat(
  peer: BrokerEndpoint,
  heard: (beat: Uint8Array) => void,
  broken: () => void,
  tell: Dialled,
  keys?: () => LibzmqKeys,
): PeerHeartbeat {
  const heartbeat = dialHeartbeat(peer, broken, tell, keys);
  const reading = readMessages(heartbeat, ([body]) => {
    if (body !== undefined) heard(body);
  });
  return {
    close() {
      heartbeat.close();
      return reading;
    },
  };
}
