import type { BrokerEndpoint } from '@cateto/contracts';
import { topicShape } from '@cateto/contracts';
import type { Endpoint, Network, Subscriber } from '@cateto/zmtp';
import {
  createBeatPublisher,
  createBeatSubscriber,
  createSubscriber,
  createXPublisher,
  nullMechanism,
} from '@cateto/zmtp';
import { openAll } from './closing.ts';
import {
  beatBounds,
  brokerBounds,
  brokerSubscriptions,
  commonBounds,
  participantSubscriptions,
} from './socket-bounds.ts';
import { brokerTickMs, heartbeats, participantTickMs, reconnecting, workerTickMs } from './socket-options.ts';
import type { BrokerSockets, ParticipantSockets, RequestEvents } from './sockets.ts';

/* The sockets that speak ZMTP on the thread that uses the messages (ADR 18), on any network. */

export interface ZmtpSockets
  extends
    Omit<ParticipantSockets, 'connectRequests'>,
    Pick<BrokerSockets, 'openXPublisher' | 'openXSubscriber' | 'openHeartbeat'> {
  /**
   * The connection on which a server in a worker thread receives requests, from every broker. It does not use libzmq
   * (ADR 27): a thread that ends while a socket of libzmq is read takes the whole process with it.
   */
  connectRequestsInWorker(brokers: readonly BrokerEndpoint[], events: RequestEvents): Subscriber;
}

/** When the messages that were sent in a turn leave. */
export interface Flushing {
  /** The messages of a turn have been collected before (`Platform.soon`), so they leave now. */
  readonly participant: (run: () => void) => void;
  /** Messages of all connections that were readable in this turn leave together. */
  readonly broker: (run: () => void) => void;
}

export function createZmtpSockets(network: Network, flushing: Flushing): ZmtpSockets {
  const participant = {
    ...commonBounds,
    mechanism: nullMechanism,
    reconnecting,
    heartbeat: heartbeats.inTime,
    tickMs: participantTickMs,
    flushSoon: flushing.participant,
  };
  const broker = {
    ...brokerBounds,
    mechanism: nullMechanism,
    reconnecting,
    heartbeat: heartbeats.bound,
    tickMs: brokerTickMs,
    flushSoon: flushing.broker,
  };

  return {
    connectXPublisher(brokers, isFirst, events, tell) {
      const onDialled = ({ host, port }: Endpoint, fault: string | undefined): void => tell(`${host}:${port}`, fault);
      const socket = createXPublisher(network, { ...participant, ...brokerSubscriptions, isFirst, onDialled }, events);
      return dialled(socket, brokers, ({ host, publishPort }) => socket.dial(host, publishPort));
    },
    connectSubscriber(brokers, events) {
      const socket = createSubscriber(network, { ...participant, type: 'SUB' }, events);
      return dialled(socket, brokers, ({ host, subscribePort }) => socket.dial(host, subscribePort));
    },
    connectRequestsInWorker(brokers, events) {
      const options = { ...participant, heartbeat: heartbeats.inWorker, tickMs: workerTickMs, type: 'SUB' } as const;
      const socket = createSubscriber(network, options, events);
      return dialled(socket, brokers, ({ host, subscribePort }) => socket.dial(host, subscribePort));
    },
    connectBeats(of, heard) {
      const socket = createBeatSubscriber(network, participant, { heard });
      return dialled(socket, [of], ({ host, heartbeatPort }) => socket.dial(host, heartbeatPort));
    },
    openXSubscriber: (isLast, events) => createSubscriber(network, { ...broker, type: 'XSUB', isLast }, events),
    openXPublisher: (events) => createXPublisher(network, { ...broker, ...participantSubscriptions, isTopic }, events),
    openHeartbeat(dropped) {
      const options = {
        ...broker,
        ...beatBounds,
        heartbeat: heartbeats.beats,
        // A beat does not wait for messages.
        flushSoon: flushing.participant,
      };
      return createBeatPublisher(network, options, dropped);
    },
  };
}

function isTopic(prefix: string): boolean {
  return topicShape(prefix) !== undefined;
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
