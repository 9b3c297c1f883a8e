import type { NamedMessage } from '@cateto/contracts';
import { createCodec, readNamed, requestId, topicPrefix, topicShape } from '@cateto/contracts';
import { openAll } from '../link/closing.ts';
import type { LinkEvents, OpenLink } from '../link/link.ts';

/** One observed message. */
export interface ObservedMessage {
  /** The contract topic, without the address. */
  readonly topic: string;
  readonly to: string;
  readonly sender: string;
  /** The request that the message belongs to. A result belongs to a request of its receiver. */
  readonly id: string | undefined;
  readonly trace: string | undefined;
  readonly message: NamedMessage;
}

export interface ObserverOptions {
  readonly openLink: OpenLink;
  onMessage(message: ObservedMessage): void;
  /** Something that is not a message of this protocol passed, or was lost on the way here. */
  onDropped(topic: string, cause: string): void;
}

/**
 * Receives everything that an active broker forwards, by subscribing to the prefix of all topics. Never subscribe an
 * observer to a complete request topic: that would keep a server listed after its death.
 */
export function observe({ openLink, onMessage, onDropped }: ObserverOptions): { close(): Promise<void> } {
  const codec = createCodec();
  const heard: LinkEvents = {
    message(wireTopic, body) {
      const shape = topicShape(wireTopic);
      if (shape === undefined || shape.shape === 'marker') return onDropped(wireTopic, 'no topic');
      const batch = codec.decode(body);
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
        const trace = typeof message.trace === 'string' ? message.trace : undefined;
        onMessage({ topic, to, sender: batch.sender, id, trace, message });
      }
    },
    subscription() {
      // An observer publishes nothing, so it does not need to know the listeners.
    },
    reconnected() {
      // Messages that passed meanwhile are lost; later ones are shown.
    },
    dropped: (cause) => onDropped('', cause),
  };
  return openAll((opened) => {
    const link = opened(openLink(heard, { asks: true, serves: false }));
    link.subscribe(topicPrefix);
    return { close: () => link.close() };
  });
}
