import type { BrokerEndpoint } from '@cateto/contracts';
import { topicShape } from '@cateto/contracts';
import type { Endpoint, Mechanism, Network, Subscriber } from '@cateto/zmtp';
import {
  createBeatPublisher,
  createBeatSubscriber,
  createSubscriber,
  createXPublisher,
  nullMechanism,
} from '@cateto/zmtp';
import { openAll } from './closing.ts';
import type { BrokerPort } from './keys.ts';
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

/** The mechanisms of sockets with keys. Without them, all sockets have NULL. */
export interface Mechanisms {
  readonly dial?: (broker: BrokerEndpoint) => Mechanism;
  readonly bound?: (port: BrokerPort) => Mechanism;
}

export function createZmtpSockets(network: Network, flushing: Flushing, { dial, bound }: Mechanisms = {}): ZmtpSockets {
  const participant = {
    ...commonBounds,
    mechanism: nullMechanism,
    reconnecting,
    heartbeat: heartbeats.inTime,
    tickMs: participantTickMs,
    flushSoon: flushing.participant,
  };
  const bind = {
    ...brokerBounds,
    reconnecting,
    heartbeat: heartbeats.bound,
    tickMs: brokerTickMs,
    flushSoon: flushing.broker,
  };

  const mechanismOf = (port: BrokerPort): Mechanism => bound?.(port) ?? nullMechanism;

  return {
    connectXPublisher(brokers, isFirst, events, tell) {
      const onDialled = ({ host, port }: Endpoint, fault: string | undefined): void => tell(`${host}:${port}`, fault);
      const options = { ...participant, ...brokerSubscriptions, isFirst, onDialled };
      const socket = createXPublisher(network, options, events);
      return dialled(socket, brokers, (broker) => socket.dial(broker.host, broker.publishPort, dial?.(broker)));
    },
    connectSubscriber(brokers, events) {
      const socket = createSubscriber(network, { ...participant, type: 'SUB' }, events);
      return dialled(socket, brokers, (broker) => socket.dial(broker.host, broker.subscribePort, dial?.(broker)));
    },
    connectRequestsInWorker(brokers, events) {
      const options = { ...participant, heartbeat: heartbeats.inWorker, tickMs: workerTickMs, type: 'SUB' } as const;
      const socket = createSubscriber(network, options, events);
      return dialled(socket, brokers, (broker) => socket.dial(broker.host, broker.subscribePort, dial?.(broker)));
    },
    connectBeats(of, heard) {
      const socket = createBeatSubscriber(network, participant, { heard });
      return dialled(socket, [of], ({ host, heartbeatPort }) => socket.dial(host, heartbeatPort, dial?.(of)));
    },
    openXSubscriber(isLast, events) {
      const options = { ...bind, mechanism: mechanismOf('publish'), type: 'XSUB', isLast } as const;
      return createSubscriber(network, options, events);
    },
    openXPublisher(events, refusalOf) {
      const guarded = refusalOf === undefined ? undefined : { refusalOf };
      const mechanism = mechanismOf('subscribe');
      const options = { ...bind, ...participantSubscriptions, ...guarded, mechanism, isTopic };
      return createXPublisher(network, options, events);
    },
    openHeartbeat(dropped) {
      const options = {
        ...bind,
        ...beatBounds,
        mechanism: mechanismOf('heartbeat'),
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
