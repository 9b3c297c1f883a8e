import type { EventsProcess, EventsReport, EventsRequestMessage } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import type { EventHistory } from './event-history.ts';

/** Answers a request for events. Returns undefined if there were too many in this second; their senders ask again. */
export type AnswerEvents = (asked: EventsRequestMessage) => EventsReport | undefined;

export type EventsOf = Pick<EventsProcess, 'role' | 'rank'>;

const secondMs = 1_000;

/**
 * A page can be a thousand times as large as its request, and anyone may ask where there are no keys. So the number of
 * answers in a second is limited.
 */
export function answersEvents(
  history: EventHistory,
  of: EventsOf,
  platform: Pick<Platform, 'nowMs' | 'process'>,
): AnswerEvents {
  const process = { ...of, ...platform.process };
  let secondEndsMs = Number.NEGATIVE_INFINITY;
  let answers = 0;
  return (asked) => {
    const nowMs = platform.nowMs();
    if (nowMs >= secondEndsMs) {
      secondEndsMs = nowMs + secondMs;
      answers = 0;
    }
    answers += 1;
    return answers > limits.eventsAnswersMax ? undefined : { process, ...history.read(asked) };
  };
}
