import type { BrokerEndpoint } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import { Publisher, Subscriber, XPublisher, XSubscriber } from 'zeromq';
import type { Serving } from './link.ts';

/*
 * The one seam through which every socket of Cateto is opened, and the one place where keys will go. Each option has its
 * reason beside it.
 */

/**
 * ZMTP heartbeats: the only thing that shows a stopped process or a cut link. Who connects pings, and says in each ping after
 * what silence the other side shall let go of it as well. On which connections that has to be soon is ADR 15.
 */
const heartbeats = {
  /** Where requests come in: a server that hangs is missed 150 to 250 ms after it began to. */
  soon: { heartbeatInterval: 50, heartbeatTimeout: 200, heartbeatTimeToLive: 200 },
  /** All other connections of participants, thousands perhaps: they are pinged a twentieth as often. */
  inTime: {
    heartbeatInterval: 1_000,
    heartbeatTimeout: 3_000,
    heartbeatTimeToLive: 3_000,
    // A link that was cut is made anew soon after it heals: what is sent on the old one is repeated at ever longer intervals.
    tcpMaxRetransmitTimeout: 1_000,
  },
  /** A broker's side of all of them: for those who do not ping. */
  bound: { heartbeatInterval: 5_000, heartbeatTimeout: 10_000 },
};

const everySocket = {
  // What waits for a peer that is gone is sent again by rule 2; it must not keep a process from ending.
  linger: 0,
  // Without it a frame of 100 MB is delivered and a header that announces 8 GiB is held open.
  maxMessageSize: limits.frameBytesMax,
};

const tcp = {
  // A connection that never speaks ZMTP is dropped.
  handshakeInterval: 1_000,
};

const connecting = {
  // A broker that comes back is met quickly; one that stays away is not hammered.
  reconnectInterval: 10,
  reconnectMaxInterval: 200,
  // The kernel repeats a lost SYN after 1, 2, 4, 8 ... seconds: after a cut of 20 s the link was back only 16 s after it
  // had healed. An attempt given up and made anew finds it within a second.
  connectTimeout: 1_000,
};

/**
 * The brokers' heartbeat link has no ZMTP heartbeats: the beats are the heartbeat, and only one way. So the kernel has to
 * notice that it is cut: beats that nobody acknowledged are repeated at ever longer intervals, and the one who only
 * listens would wait for ever for a host that lost its power. After a cut of 20 s both brokers stayed active for 6 s.
 */
const beatsUnacknowledged = { tcpMaxRetransmitTimeout: 1_000 };
/** In seconds; a connection whose other end is silent so long is made anew. A stopped process's kernel still answers. */
const beatsUnheard = { tcpKeepalive: 1, tcpKeepaliveIdle: 1, tcpKeepaliveInterval: 1, tcpKeepaliveCount: 2 };

/** Messages in one direction to one peer: a second of 40,000 requests/s in batches of ten, and a burst upon it. */
const highWaterMark = 10_000;

/** With it libzmq takes a host's name for its IPv6 address first, where nobody may listen: only for who writes IPv6. */
function addressing(hosts: readonly string[]): { readonly ipv6: boolean } {
  return { ipv6: hosts.some((host) => host.includes(':')) };
}

function hostsOf(brokers: readonly BrokerEndpoint[]): readonly string[] {
  return brokers.map(({ host }) => host);
}

/** ZMQ_SNDHWM, which on a receiving socket bounds its subscriptions. A Subscriber has no option of that name. */
const sendHighWaterMarkOption = 23;
interface Int32Options {
  setInt32Option(option: number, value: number): void;
}

/** A participant's way out, linked to every broker; subscriptions arrive on it. */
export function connectXPublisher(brokers: readonly BrokerEndpoint[]): XPublisher {
  const socket = new XPublisher({
    ...everySocket,
    ...addressing(hostsOf(brokers)),
    ...tcp,
    ...connecting,
    ...heartbeats.inTime,
    sendHighWaterMark: highWaterMark,
    // Without it messages queue up for a broker that is dead and arrive stale after its restart, and its
    // subscriptions are never reported as gone.
    immediate: true,
    // Sent at once or dropped at the mark; it never waits and so never throws EBUSY.
    sendTimeout: 0,
  });
  for (const { host, publishPort } of brokers) socket.connect(`tcp://${host}:${publishPort}`);
  return socket;
}

/** A participant's way in, linked to every broker. */
export function connectSubscriber(brokers: readonly BrokerEndpoint[], { serves }: Serving): Subscriber {
  const socket = new Subscriber({
    ...everySocket,
    ...addressing(hostsOf(brokers)),
    ...tcp,
    ...connecting,
    ...(serves ? heartbeats.soon : heartbeats.inTime),
    receiveHighWaterMark: highWaterMark,
  });
  // More than 1,000 subscriptions are silently lost at connect unless this bound is lifted.
  (socket as unknown as Int32Options).setInt32Option(sendHighWaterMarkOption, 0);
  for (const { host, subscribePort } of brokers) socket.connect(`tcp://${host}:${subscribePort}`);
  return socket;
}

/** A broker's side of the publishers, to be bound to this address. */
export function openXSubscriber(bind: string): XSubscriber {
  return new XSubscriber({
    ...everySocket,
    ...addressing([bind]),
    ...tcp,
    ...heartbeats.bound,
    receiveHighWaterMark: highWaterMark,
    // It sends subscriptions only. Of more than 1,000 a new publisher would see 1,000.
    sendHighWaterMark: 0,
    // Without it zeromq.js puts off every 513th send of a turn, and the next one throws EBUSY: a takeover sends them all.
    sendTimeout: 0,
  });
}

/** A broker's side of the subscribers, to be bound to this address. */
export function openXPublisher(bind: string): XPublisher {
  return new XPublisher({
    ...everySocket,
    ...addressing([bind]),
    ...tcp,
    ...heartbeats.bound,
    sendHighWaterMark: highWaterMark,
    sendTimeout: 0,
  });
}

/** Where a broker publishes its beats. */
export function openHeartbeat(bind: string): Publisher {
  return new Publisher({
    ...everySocket,
    ...addressing([bind]),
    ...tcp,
    ...beatsUnacknowledged,
    // A beat that is late is worth nothing: a few are enough.
    sendHighWaterMark: 4,
    sendTimeout: 0,
  });
}

/** A broker's heartbeat, as its peer and as whoever asks how it is hear it. */
export function connectHeartbeat({ host, heartbeatPort }: BrokerEndpoint): Subscriber {
  const socket = new Subscriber({
    ...everySocket,
    ...addressing([host]),
    ...tcp,
    ...connecting,
    ...beatsUnheard,
    receiveHighWaterMark: 16,
  });
  socket.connect(`tcp://${host}:${heartbeatPort}`);
  socket.subscribe();
  return socket;
}
