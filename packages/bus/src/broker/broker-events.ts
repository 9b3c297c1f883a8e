import type { EventsRequestMessage } from '@cateto/contracts';
import {
  addressed,
  createCodec,
  eventsRequestTopic,
  eventsResultTopic,
  messageWriter,
  readEventsRequest,
  resultMessage,
} from '@cateto/contracts';
import type { Rank } from '@cateto/protocol';
import type { EventHistory } from '../events/event-history.ts';
import { answersEvents } from '../events/events-answer.ts';
import type { BrokerLink } from '../link/broker-link.ts';
import type { Platform } from '../link/link.ts';
import type { ThrottledCounter } from '../participant/throttled-counter.ts';

/**
 * A broker's answers to requests for its events. A broker is not a participant: publishers send it these requests because
 * it subscribes to their topic at every publisher, active or standby, and its answers go straight to its subscribers.
 */
export interface BrokerEvents {
  /** The topic of the requests to this broker. */
  readonly topic: string;
  take(body: Uint8Array): void;
}

export interface BrokerEventsParts {
  readonly address: string;
  readonly rank: Rank;
  readonly history: EventHistory;
  readonly platform: Pick<Platform, 'nowMs' | 'process'>;
  readonly link: Pick<BrokerLink, 'forward'>;
  readonly dropped: ThrottledCounter;
}

const write = messageWriter(eventsResultTopic);

export function createBrokerEvents(parts: BrokerEventsParts): BrokerEvents {
  const { address, rank, history, platform, link, dropped } = parts;
  const codec = createCodec();
  const answer = answersEvents(history, { role: 'broker', rank }, platform);

  function reply(asked: EventsRequestMessage, to: string): void {
    const value = answer(asked);
    if (value === undefined) return dropped.count(eventsRequestTopic, 'too many requests for events');
    const message = write(resultMessage(asked.seq, { value, fallbacks: [] }));
    link.forward(addressed(eventsResultTopic, to), codec.encode(address, 1, [message]));
  }

  return {
    topic: addressed(eventsRequestTopic, address),
    take(body) {
      const batch = codec.decode(body);
      if (typeof batch === 'string') return dropped.count(eventsRequestTopic, batch);
      for (const fields of batch.messages) {
        const asked = readEventsRequest(fields);
        if (asked === undefined) dropped.count(eventsRequestTopic, 'broken message');
        else reply(asked, batch.sender);
      }
    },
  };
}
