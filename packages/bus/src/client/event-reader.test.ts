import type { EventsReport, EventsRequestMessage, KeptEvent } from '@cateto/contracts';
import {
  eventsRequestTopic,
  eventsResultTopic,
  limits,
  messageWriter,
  readEventsRequest,
  resultMessage,
} from '@cateto/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Platform } from '../link/link.ts';
import { fakeBroker, testPlatform } from '../participant/fake-link.test-support.ts';
import { openParticipant } from '../participant/participant.ts';
import type { SystemEvent } from './event-source.ts';
import type { EventReader, EventReaderOptions } from './event-reader.ts';
import { readEvents } from './event-reader.ts';

test('a reader that is closed at the end of its history leaves no timer, also when its event loop was late', () => {
  const clock = testPlatform();
  const pending = new Set<() => void>();
  let lateMs = 0;
  const platform: Platform = {
    ...clock,
    nowMs: () => clock.nowMs() + lateMs,
    after(delayMs, run) {
      const due = (): void => {
        pending.delete(due);
        run();
      };
      pending.add(due);
      const cancel = clock.after(delayMs, due);
      return () => {
        pending.delete(due);
        cancel();
      };
    },
  };
  let closing: Promise<void> | undefined;
  const reader: EventReader = readEvents({
    openLink: fakeBroker(clock).openLink,
    onEvent: () => undefined,
    platform,
    brokers: 2,
    after: {},
    agoMs: undefined,
    waitMs: 1_000,
    deliver: () => undefined,
    caughtUp() {
      closing = reader.close();
    },
    isFull: () => false,
  });
  clock.settle();
  // The wait is over when the next round of questions comes, before the timer of the wait has run.
  lateMs = 1_000;
  clock.pass(500);
  expect(closing).toBeDefined();
  expect([...pending]).toEqual([]);
});

const write = messageWriter(eventsResultTopic);
const history = 'hhhhhhhhhhhh';
const event = (n: number): KeptEvent => ({ n, atMs: n, event: 'draining', fields: {} });

/** A system of which one process answers as a test says, and a reader of its events. */
function read(options: Partial<EventReaderOptions> = {}) {
  const platform = testPlatform();
  const broker = fakeBroker(platform);
  broker.activate(1);
  const events: SystemEvent[] = [];

  /** A process that answers each request with what `answer` returns, if it returns anything. */
  function add(answer: (asked: EventsRequestMessage) => Partial<EventsReport> | undefined) {
    const asked: EventsRequestMessage[] = [];
    const participant = openParticipant({
      openLink: broker.openLink,
      duty: { asks: false, serves: true },
      platform,
      onEvent: () => undefined,
    });
    onTestFinished(() => participant.close());
    let to = '';
    function tell(seq: number, given: Partial<EventsReport>): void {
      const process = { role: 'op-server', host: 'alpha', pid: 7 } as const;
      const value = { process, history, clockMs: 0, after: 0, last: 0, events: [], ...given };
      participant.publish(eventsResultTopic, to, write(resultMessage(seq, { value, fallbacks: [] })));
    }
    participant.receive(eventsRequestTopic, readEventsRequest, (requests, { sender }) => {
      to = sender;
      for (const one of requests) {
        asked.push(one);
        const given = answer(one);
        if (given !== undefined) tell(one.seq, given);
      }
    });
    participant.subscribe(eventsRequestTopic);
    return { address: participant.address, asked, tell };
  }

  function start(): EventReader {
    const reader = readEvents({
      onEvent: () => undefined,
      openLink: broker.openLink,
      platform,
      brokers: 0,
      after: {},
      agoMs: undefined,
      waitMs: 1_000,
      deliver: (some) => void events.push(...some),
      caughtUp: () => undefined,
      isFull: () => false,
      ...options,
    });
    onTestFinished(() => reader.close());
    return reader;
  }

  return { platform, add, start, events, ids: () => events.map(({ id }) => id) };
}

describe('a reader of events', () => {
  test('takes no answer that it did not ask for', () => {
    const { platform, add, start, events } = read();
    const process = add(() => ({ last: 1, events: [event(1)] }));
    start();
    platform.pass(1_000);
    expect(events).toHaveLength(1);
    const [first] = process.asked;
    for (let n = 2; n <= 100; n += 1) {
      process.tell(1_000_000 + n, { last: n, events: [event(n)] });
      process.tell(first?.seq ?? 0, { last: n, events: [event(n)] });
    }
    platform.pass(1_000);
    expect(events).toHaveLength(1);
  });

  test('takes no answer while its events are not taken, and reads them later', () => {
    let [full, silent] = [false, false];
    const all = [event(1)];
    const { platform, add, start, events } = read({ isFull: () => full });
    const process = add(({ after = 0 }) =>
      silent ? undefined : { after, last: all.length, events: all.slice(after) },
    );
    start();
    platform.pass(400);
    expect(events).toHaveLength(1);
    silent = true;
    platform.pass(1_000);
    full = true;
    all.push(event(2), event(3));
    for (const { seq } of process.asked) process.tell(seq, { after: 1, last: 3, events: all.slice(1) });
    platform.pass(1_000);
    expect(events).toHaveLength(1);
    [full, silent] = [false, false];
    platform.pass(1_000);
    expect(events.map(({ id }) => id.split('-').at(-1))).toEqual(['1', '2', '3']);
  });

  test.each([
    ['nothing new', () => ({ last: 10 ** 15, events: [event(1)] })],
    ['something new', ({ after = 0 }: EventsRequestMessage) => ({ after, last: 10 ** 15, events: [event(after + 1)] })],
    [
      'another history each time',
      ({ seq }: EventsRequestMessage) => ({ history: `h${seq}`.padEnd(12, 'h'), last: 9, events: [event(1)] }),
    ],
  ])('does not ask a process again and again that always says that it has more, and tells %s', (_, answer) => {
    const { platform, add, start } = read();
    const process = add((asked) => (process.asked.length < 10_000 ? answer(asked) : undefined));
    start();
    platform.pass(1_000);
    expect(process.asked.length).toBeLessThan(limits.eventsAnswersMax);
  });

  test('tells the events of two processes apart that name the same history', () => {
    const { platform, add, start, ids } = read();
    const one = add(() => ({ last: 1, events: [event(1)] }));
    const other = add(() => ({ last: 1, events: [event(1)] }));
    start();
    platform.pass(1_000);
    expect(ids().toSorted()).toEqual([one, other].map(({ address }) => `${address}-${history}-1`).toSorted());
  });

  test.each([
    ['an event that the process has', 2, ['3']],
    ['more events than the process has', 99, ['1', '2', '3']],
  ])('continues after a position, which is %s', (_, n, told) => {
    const after: Record<string, number> = {};
    const { platform, add, start, ids } = read({ after });
    const { address } = add(() => ({ last: 3, events: [event(1), event(2), event(3)] }));
    after[`${address}-${history}`] = n;
    start();
    platform.pass(1_000);
    expect(ids()).toEqual(told.map((one) => `${address}-${history}-${one}`));
  });

  test('does not end before it has been returned, however short it may wait', () => {
    let nowMs = 0;
    const clock = testPlatform();
    let ended = false;
    const reader = readEvents({
      onEvent: () => undefined,
      openLink: fakeBroker(clock).openLink,
      // A real clock moves from line to line.
      platform: { ...clock, nowMs: () => (nowMs += 0.001) },
      brokers: 2,
      after: {},
      agoMs: undefined,
      waitMs: 0.001,
      deliver: () => undefined,
      caughtUp: () => (ended = true),
      isFull: () => false,
    });
    onTestFinished(() => reader.close());
    expect(ended).toBe(false);
    clock.pass(1);
    expect(ended).toBe(true);
  });
});
