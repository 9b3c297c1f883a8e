import type { NamedMessage } from '@cateto/contracts';
import {
  createCodec,
  isChunk,
  readChunk,
  readNamed,
  requestId,
  splitTrace,
  topicPrefix,
  topicShape,
} from '@cateto/contracts';
import { createChunkJoiner } from '@cateto/protocol';
import { openAll } from '../link/closing.ts';
import type { LinkEvents, OpenLink, Platform } from '../link/link.ts';
import type { OnEvent } from '../participant/events.ts';
import { reportKeys } from '../participant/reach-report.ts';

/** One observed message. */
export interface ObservedMessage {
  /** The contract topic, without the address. */
  readonly topic: string;
  readonly to: string;
  readonly sender: string;
  /** The request that the message belongs to. A result belongs to a request of its receiver. */
  readonly id: string | undefined;
  /** The mark that the program gave. */
  readonly trace: string | undefined;
  /** The trace of OpenTelemetry that the message belongs to. */
  readonly traceId?: string | undefined;
  readonly message: NamedMessage;
}

export interface ObserverOptions {
  readonly openLink: OpenLink;
  readonly platform: Pick<Platform, 'nowMs'>;
  /** The keys differ. */
  readonly onEvent: OnEvent;
  onMessage(message: ObservedMessage): void;
  /** Something that is not a message of this protocol passed, or was lost on the way here. */
  onDropped(topic: string, cause: string): void;
}

/** @returns a function that reads the messages of one body, or of the chunks of one */
export function createObservedReader({
  onMessage,
  onDropped,
}: Pick<ObserverOptions, 'onMessage' | 'onDropped'>): (wireTopic: string, body: Uint8Array) => void {
  const codec = createCodec();
  const joiner = createChunkJoiner();

  /** The body that this chunk completes. A stream of chunks has one sender and one receiver. */
  function joined(to: string, encoded: Uint8Array): Uint8Array | 'not-a-batch' | undefined {
    const chunk = readChunk(encoded);
    if (chunk === undefined) return 'not-a-batch';
    // The bound in bytes is enough here, so nothing is dropped for its age.
    const taken = joiner.take(`${chunk.sender} ${to}`, chunk, 0);
    return typeof taken === 'string' ? undefined : taken;
  }

  return (wireTopic, body) => {
    const shape = topicShape(wireTopic);
    if (shape === undefined || shape.shape === 'marker') return onDropped(wireTopic, 'no topic');
    const whole = isChunk(body) ? joined(shape.address, body) : body;
    if (whole === undefined) return;
    const batch = typeof whole === 'string' ? whole : codec.decode(whole);
    if (typeof batch === 'string') return onDropped(shape.route, batch);
    for (const fields of batch.messages) {
      const message = readNamed(shape.route, fields);
      if (message === undefined) {
        onDropped(shape.route, 'broken message');
        continue;
      }
      const { route: topic, address: to } = shape;
      const requester = shape.shape === 'result' ? to : batch.sender;
      const id = typeof message.seq === 'number' ? requestId(requester, message.seq) : undefined;
      const text = typeof message.trace === 'string' ? message.trace : undefined;
      const { mark: trace, traceparent } = splitTrace(text);
      const traceId = traceparent?.split('-')[1];
      onMessage({ topic, to, sender: batch.sender, id, trace, traceId, message });
    }
  };
}

/**
 * Receives everything that an active broker forwards, by subscribing to the prefix of all topics. Never subscribe an
 * observer to a complete request topic: that would keep a server listed after its death.
 */
export function observe({ openLink, platform, onEvent, onMessage, onDropped }: ObserverOptions): {
  close(): Promise<void>;
} {
  const read = createObservedReader({ onMessage, onDropped });
  const heard: LinkEvents = {
    message: read,
    subscription() {
      // An observer publishes nothing, so it does not need to know the listeners.
    },
    reconnected() {
      // Messages that passed meanwhile are lost; later ones are shown.
    },
    dropped: (cause) => onDropped('', cause),
    ...reportKeys(platform, onEvent),
  };
  return openAll((opened) => {
    const link = opened(openLink(heard, { asks: true, serves: false, roles: ['observer'] }));
    link.subscribe(topicPrefix);
    return { close: () => link.close() };
  });
}
