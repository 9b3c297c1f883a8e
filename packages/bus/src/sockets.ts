import type { BrokerEndpoint } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import { Publisher, Subscriber, XPublisher, XSubscriber } from 'zeromq';

/*
 * The one seam through which every socket of Cateto is opened, and the one place where keys will go. Each option has its
 * reason beside it.
 */

/** ZMTP heartbeats: the only thing that shows a stopped process or a cut link, 150 to 250 ms after it happened. */
const zmtpHeartbeat = { heartbeatInterval: 50, heartbeatTimeout: 200, heartbeatTimeToLive: 200 };

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
};

/** Messages in one direction to one peer: a second of 40,000 requests/s in batches of ten, and a burst upon it. */
const highWaterMark = 10_000;

/** ZMQ_SNDHWM. The named option throws on the receiving sockets, where it bounds subscriptions. */
const sendHighWaterMarkOption = 23;

/** More than 1,000 subscriptions are silently lost at connect unless this bound is lifted. */
function liftSubscriptionBound(socket: Subscriber | XSubscriber): void {
  (socket as unknown as { setInt32Option(option: number, value: number): void }).setInt32Option(
    sendHighWaterMarkOption,
    0,
  );
}

/** A participant's way out, linked to every broker; subscriptions arrive on it. */
export function connectXPublisher(brokers: readonly BrokerEndpoint[]): XPublisher {
  const socket = new XPublisher({
    ...everySocket,
    ...tcp,
    ...connecting,
    ...zmtpHeartbeat,
    sendHighWaterMark: highWaterMark,
    // Without it messages queue up for a broker that is dead and arrive stale after its restart, and its
    // subscriptions are never reported as gone.
    immediate: true,
    sendTimeout: 0,
  });
  for (const { host, publishPort } of brokers) socket.connect(`tcp://${host}:${publishPort}`);
  return socket;
}

/** A participant's way in, linked to every broker. */
export function connectSubscriber(brokers: readonly BrokerEndpoint[]): Subscriber {
  const socket = new Subscriber({
    ...everySocket,
    ...tcp,
    ...connecting,
    ...zmtpHeartbeat,
    receiveHighWaterMark: highWaterMark,
  });
  liftSubscriptionBound(socket);
  for (const { host, subscribePort } of brokers) socket.connect(`tcp://${host}:${subscribePort}`);
  return socket;
}

/** A broker's side of the publishers. */
export function openXSubscriber(): XSubscriber {
  const socket = new XSubscriber({ ...everySocket, ...tcp, ...zmtpHeartbeat, receiveHighWaterMark: highWaterMark });
  liftSubscriptionBound(socket);
  return socket;
}

/** A broker's side of the subscribers. */
export function openXPublisher(): XPublisher {
  return new XPublisher({
    ...everySocket,
    ...tcp,
    ...zmtpHeartbeat,
    sendHighWaterMark: highWaterMark,
    sendTimeout: 0,
  });
}

/** Where a broker publishes its beats. No ZMTP heartbeats: the beats are the heartbeat. */
export function openHeartbeat(): Publisher {
  // A beat that is late is worth nothing: a few are enough.
  return new Publisher({ ...everySocket, ...tcp, sendHighWaterMark: 4, sendTimeout: 0 });
}

/** A broker's heartbeat, as its peer and as whoever asks how it is hear it. */
export function connectHeartbeat({ host, heartbeatPort }: BrokerEndpoint): Subscriber {
  const socket = new Subscriber({ ...everySocket, ...tcp, ...connecting, receiveHighWaterMark: 16 });
  socket.connect(`tcp://${host}:${heartbeatPort}`);
  socket.subscribe();
  return socket;
}
