import type { Catalogue, PublishableTopic, Role, SubscribableTopic, Topic, TopicMessages } from '@cateto/contracts';
import { bytesAtMost, messageWriter } from '@cateto/contracts';
import type { OnEvent } from './events.ts';
import type { OpenLink, Platform } from '../link/link.ts';
import type { Participant, Read, Take } from './participant.ts';
import { openParticipant } from './participant.ts';

/**
 * A participant with the types of its role: it can publish and subscribe only on the topics of the role, and each topic
 * takes only its own message. A client that publishes on `calc.square.request.1` does not compile.
 */
export interface Bus<C extends Catalogue, R extends Role> {
  readonly address: string;
  /** The participant that the drivers of requester and responder use. */
  readonly participant: Participant;
  /**
   * @param to the address of the receiving participant
   * @param value the part of the message that may be large: an operand, an input, a result, the text and data of a failure
   */
  publish<T extends PublishableTopic<C, R> & Topic<C>>(
    topic: T,
    to: string,
    message: TopicMessages<C>[T],
    value: unknown,
  ): void;
  /** Registers a receiver for the messages of a topic. Messages arrive only after {@link subscribe}. */
  receive<M>(topic: SubscribableTopic<C, R>, read: Read<M>, take: Take<M>): void;
  subscribe(topic: SubscribableTopic<C, R>): void;
  unsubscribe(topic: SubscribableTopic<C, R>): void;
  close(): Promise<void>;
}

export interface BusOptions<C extends Catalogue, R extends Role> {
  readonly role: R;
  readonly catalogue: C;
  readonly openLink: OpenLink;
  readonly platform: Platform;
  readonly onEvent: OnEvent;
}

/** Opens the connection of a participant. Returns at once: whatever needs a broker waits for it. */
export function open<C extends Catalogue, R extends Role>(options: BusOptions<C, R>): Bus<C, R> {
  const { role, openLink, platform, onEvent } = options;
  // A calc-server does both.
  const duty = {
    asks: role !== 'op-server',
    serves: role === 'op-server' || role === 'calc-server',
    // A program that connects as a client may only watch, with the key of an observer.
    roles: role === 'client' ? (['client', 'observer'] as const) : [role],
  };
  const participant = openParticipant({ openLink, duty, platform, onEvent });
  const writers = new Map<string, ReturnType<typeof messageWriter>>();
  return {
    address: participant.address,
    participant,
    publish(topic, to, message, value) {
      let write = writers.get(topic);
      if (write === undefined) {
        write = messageWriter(topic);
        writers.set(topic, write);
      }
      participant.publish(topic, to, write(message as object), bytesAtMost(value));
    },
    receive: participant.receive,
    subscribe: participant.subscribe,
    unsubscribe: participant.unsubscribe,
    close: participant.close,
  };
}
