import type { BrokerSockets, ParticipantSockets, PeerHeartbeat, RequestSubscriber } from '@cateto/bus';
import { commonBounds, socketOptions } from '@cateto/bus';
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
  return (brokers, events): RequestSubscriber => {
    const { process, network } = parts;
    const wanted = new Set<string>();
    const queue = createQueue(parts, messagesMax);
    let closed = false;
    const whileOpen = (run: () => void) => (): void => {
      if (!closed) run();
    };
    const subscriber = createSubscriber(
      network,
      { ...socket, type: 'SUB', heartbeat: heartbeats.soon },
      {
        message(topic, body) {
          queue(
            whileOpen(() => {
              // libzmq passes on only messages to which the socket subscribes when they are read.
              for (const prefix of wanted) if (topic.startsWith(prefix)) return events.message(topic, body);
            }),
          );
        },
        connected: () => process.deliver(whileOpen(events.connected)),
        dropped: (cause) => process.deliver(whileOpen(() => events.dropped(cause))),
      },
    );
    for (const { host, subscribePort } of brokers) subscriber.dial(host, subscribePort);
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
        closed = true;
        process.leave(() => void subscriber.close(0));
        return Promise.resolve();
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
