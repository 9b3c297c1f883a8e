import type { BrokerEndpoint } from '@cateto/contracts';
import { topicShape } from '@cateto/contracts';
import type { Endpoint, Mechanism, Network, Refusal, RoundTripMs, Subscriber } from '@cateto/zmtp';
import {
  createBeatPublisher,
  createBeatSubscriber,
  createSubscriber,
  createXPublisher,
  nullMechanism,
} from '@cateto/zmtp';
import { openAll } from './closing.ts';
import { keyMismatchText } from './key-mismatch.ts';
import type { BrokerPort } from './keys.ts';
import {
  beatBounds,
  brokerBounds,
  brokerSubscriptions,
  commonBounds,
  participantSubscriptions,
} from './socket-bounds.ts';
import {
  brokerTickMs,
  handshakeMs,
  heartbeats,
  participantTickMs,
  reconnecting,
  workerTickMs,
} from './socket-options.ts';
import type { BrokerSockets, Dialled, LinkWatch, ParticipantSockets, RequestEvents } from './sockets.ts';

/* The sockets that speak ZMTP on the thread that uses the messages (ADR 18), on any network. */

export interface ZmtpSockets
  extends
    Omit<ParticipantSockets, 'connectRequests'>,
    Pick<BrokerSockets, 'openXPublisher' | 'openXSubscriber' | 'openHeartbeat'> {
  /**
   * The connection on which a server in a worker thread receives requests, from every broker. It does not use libzmq
   * (ADR 27): a thread that ends while a socket of libzmq is read takes the whole process with it.
   */
  connectRequestsInWorker(
    brokers: readonly BrokerEndpoint[],
    events: RequestEvents,
    tell?: Dialled,
    watch?: Pick<LinkWatch, 'broken'>,
  ): Subscriber;
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
  /** Why the present keys of the brokers could not be read. */
  readonly unreadable?: () => string | undefined;
  readonly bound?: (port: BrokerPort) => Mechanism;
}

export function createZmtpSockets(
  network: Network,
  flushing: Flushing,
  { dial, bound, unreadable }: Mechanisms = {},
): ZmtpSockets {
  const participant = {
    ...commonBounds,
    mechanism: nullMechanism,
    reconnecting,
    handshakeMs,
    heartbeat: heartbeats.inTime,
    tickMs: participantTickMs,
    flushSoon: flushing.participant,
  };
  const bind = {
    ...brokerBounds,
    reconnecting,
    handshakeMs,
    heartbeat: heartbeats.bound,
    tickMs: brokerTickMs,
    flushSoon: flushing.broker,
  };

  const mechanismOf = (port: BrokerPort): Mechanism => bound?.(port) ?? nullMechanism;

  function telling(tell: Dialled): (to: Endpoint, fault: string | undefined, refusal?: Refusal) => void {
    return (to, fault, refusal) => {
      if (fault === undefined || refusal === undefined) tell(nameOf(to), fault);
      else tell(nameOf(to), keyMismatchText(refusal, fault, dial !== undefined, unreadable?.()), true);
    };
  }

  /** An inbound connection tells of keys only. */
  function tellingOfKeys(tell: Dialled | undefined): ReturnType<typeof telling> | undefined {
    if (tell === undefined) return undefined;
    return telling((broker, fault, keysDiffer) => {
      if (fault === undefined || keysDiffer === true) tell(broker, fault, keysDiffer);
    });
  }

  return {
    connectXPublisher(brokers, isFirst, events, tell, watch) {
      const onRoundTrip = (to: Endpoint, took: RoundTripMs): void => {
        const broker = brokers.find(({ host, publishPort }) => host === to.host && publishPort === to.port);
        if (broker !== undefined) watch?.roundTrip(broker, took);
      };
      const told = { onDialled: telling(tell), onBroken: brokenTo(watch), onRoundTrip };
      const socket = createXPublisher(network, { ...participant, ...brokerSubscriptions, isFirst, ...told }, events);
      return dialled(socket, brokers, (broker) => socket.dial(broker.host, broker.publishPort, dial?.(broker)));
    },
    connectSubscriber(brokers, events, tell, watch) {
      const told = { onDialled: tellingOfKeys(tell), onBroken: brokenTo(watch) };
      const socket = createSubscriber(network, { ...participant, type: 'SUB', ...told }, events);
      return dialled(socket, brokers, (broker) => socket.dial(broker.host, broker.subscribePort, dial?.(broker)));
    },
    connectRequestsInWorker(brokers, events, tell, watch) {
      const timing = { heartbeat: heartbeats.inWorker, tickMs: workerTickMs };
      const told = { onDialled: tellingOfKeys(tell), onBroken: brokenTo(watch) };
      const options = { ...participant, ...timing, type: 'SUB', ...told } as const;
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
    openHeartbeat(events) {
      const options = {
        ...bind,
        ...beatBounds,
        mechanism: mechanismOf('heartbeat'),
        heartbeat: heartbeats.beats,
        // A beat does not wait for messages.
        flushSoon: flushing.participant,
      };
      return createBeatPublisher(network, options, events);
    },
  };
}

function nameOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

function brokenTo(watch: Pick<LinkWatch, 'broken'> | undefined): (to: Endpoint, why: string) => void {
  return (to, why) => watch?.broken(nameOf(to), why);
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
