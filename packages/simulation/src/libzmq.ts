import type {
  BrokerSockets,
  ParticipantSockets,
  PeerHeartbeat,
  RequestConnection,
  RequestConnectionState,
} from '@cateto/bus';
import { commonBounds, openRequestConnections, socketOptions } from '@cateto/bus';
import type { BrokerEndpoint } from '@cateto/contracts';
import type { Network } from '@cateto/zmtp';
import { createBeatSubscriber, createSubscriber, nullMechanism } from '@cateto/zmtp';
import type { SimulatedProcess } from './process.ts';

/*
 * Models of libzmq's sockets. A thread of its own speaks ZMTP, so a process whose main loop hangs still answers PINGs.
 * Messages that the thread has read wait for the main loop in a queue with a high-water mark.
 */

export interface LibzmqParts {
  readonly process: SimulatedProcess;
  /** In libzmq's thread. */
  readonly network: Network;
  readonly onDropped: () => void;
}

/** How many beats wait for a broker that does not read. */
const beatsMax = 16;
const { handshakeMs, heartbeats, reconnecting } = socketOptions;
/** How often libzmq's thread looks at its heartbeats. */
const tickMs = 50;

const socket = {
  ...commonBounds,
  mechanism: nullMechanism,
  reconnecting,
  handshakeMs,
  tickMs,
  flushSoon: (run: () => void): void => run(),
};
/** These connections need no PINGs, because they carry heartbeats anyway. */
const without = {
  intervalMs: Number.POSITIVE_INFINITY,
  silenceMs: Number.POSITIVE_INFINITY,
  ttlMs: 0,
};

/** @returns a function that hands a message to the main loop, or drops it when the queue is full */
function createQueue({ process, onDropped }: LibzmqParts, messagesMax: number): (take: () => void) => void {
  let waiting = 0;
  return (take) => {
    if (waiting >= messagesMax) return onDropped();
    waiting += 1;
    process.deliver(() => {
      waiting -= 1;
      take();
    });
  };
}

export function libzmqRequests(parts: LibzmqParts, messagesMax: number): ParticipantSockets['connectRequests'] {
  const { process, network } = parts;
  return (brokers, events) => {
    let closed = false;

    /** Its times do not change, like those of a socket of libzmq. */
    function open(broker: BrokerEndpoint, { connected, times }: RequestConnectionState): RequestConnection {
      const wanted = new Set<string>();
      let left = false;
      const whileOpen = (run: () => void) => (): void => {
        if (!closed && !left) run();
      };
      const queue = createQueue(parts, messagesMax);
      const subscriber = createSubscriber(
        network,
        { ...socket, type: 'SUB', heartbeat: { ...heartbeats.soon, ...times() } },
        {
          message(topic, body) {
            queue(
              whileOpen(() => {
                // libzmq passes on only messages to which the socket subscribes when they are read.
                for (const prefix of wanted) if (topic.startsWith(prefix)) return events.message(topic, body);
              }),
            );
          },
          connected: () => process.deliver(whileOpen(connected)),
          dropped: (cause) => process.deliver(whileOpen(() => events.dropped(cause))),
        },
      );
      subscriber.dial(broker.host, broker.subscribePort);
      return {
        subscribe(prefix) {
          wanted.add(prefix);
          process.leave(() => subscriber.subscribe(prefix));
        },
        unsubscribe(prefix) {
          wanted.delete(prefix);
          process.leave(() => subscriber.unsubscribe(prefix));
        },
        close() {
          left = true;
          process.leave(() => void subscriber.close(0));
          return Promise.resolve();
        },
      };
    }

    const connections = openRequestConnections({
      brokers,
      open,
      connected: events.connected,
      failed(error) {
        throw error;
      },
      nowMs: process.platform.nowMs,
      later: (ms, run) => void process.platform.after(ms, run),
    });
    return {
      ...connections,
      close(lingerMs) {
        closed = true;
        return connections.close(lingerMs);
      },
    };
  };
}

export function libzmqPeerHeartbeat(parts: LibzmqParts): BrokerSockets['connectHeartbeat'] {
  return ({ host, heartbeatPort }, heard, broken): PeerHeartbeat => {
    const queue = createQueue(parts, beatsMax);
    const beats = createBeatSubscriber(
      parts.network,
      { ...socket, heartbeat: without },
      { heard: (body) => queue(() => heard(body)), closed: () => parts.process.deliver(broken) },
    );
    beats.dial(host, heartbeatPort);
    return { close: () => beats.close(0) };
  };
}
