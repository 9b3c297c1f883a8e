import { describe, expect, test } from 'vitest';
import type { EventsReport } from './events-messages.ts';
import { clockMsMax, eventFieldsMax, eventListMax, eventsOfReplyMax, eventTextMax } from './limits.ts';
import { readEventsResult, resultMessage } from './read.ts';
import { messageWriter } from '../topics/topic-table.ts';
import { eventsResultTopic } from '../topics/topics.ts';

const write = messageWriter(eventsResultTopic);

function isRead(given: Partial<EventsReport>): boolean {
  const process = { role: 'op-server', host: 'alpha', pid: 7 } as const;
  const value = { process, history: 'hhhhhhhhhhhh', clockMs: 0, after: 0, last: 0, events: [], ...given };
  return readEventsResult(write(resultMessage(1, { value, fallbacks: [] }))) !== undefined;
}

const event = (n: number) => ({ n, atMs: 0, event: 'draining', fields: {} });

describe('an answer with events', () => {
  test.each([
    [0, true],
    [clockMsMax, true],
    [1e308, false],
    [-1e308, false],
  ])('is read if its times are those of a clock: %d is %s', (ms, read) => {
    expect(isRead({ clockMs: ms })).toBe(read);
    expect(isRead({ last: 1, events: [{ ...event(1), atMs: ms }] })).toBe(read);
  });

  test('has times whose difference is a time too', () => {
    expect(Number.isNaN(new Date(-clockMsMax).getTime())).toBe(false);
    expect(Number.isNaN(new Date(2 * clockMsMax).getTime())).toBe(false);
  });

  test('is not read if its events take more bytes than a page has', () => {
    const list = Array.from({ length: eventListMax }, () => 'x'.repeat(eventTextMax));
    const fields = Object.fromEntries(Array.from({ length: eventFieldsMax }, (_, index) => [`f${index}`, list]));
    expect(isRead({ last: 1, events: [{ ...event(1), fields }] })).toBe(false);
    const page = Array.from({ length: eventsOfReplyMax }, (_, index) => ({
      ...event(index + 1),
      fields: { message: 'x'.repeat(150) },
    }));
    expect(isRead({ last: page.length, events: page })).toBe(true);
  });
});
