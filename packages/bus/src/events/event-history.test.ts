import { limits } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { testPlatform } from '../participant/fake-link.test-support.ts';
import { createEventHistory } from './event-history.ts';
import type { EventHistory } from './event-history.ts';
import { keptFields } from './kept-fields.ts';

const dropped = (topic: string) => ({ event: 'message-dropped', topic, cause: 'broken message', count: 1 }) as const;
const active = (epoch: number) => ({ event: 'active', epoch, cause: 'peer-refused' }) as const;

function kept() {
  const platform = testPlatform();
  return { platform, history: createEventHistory(platform) };
}

/** Everything that is kept, page by page. */
function readAll(history: EventHistory) {
  const first = history.read({});
  const events = [...first.events];
  for (let page = first; page.events.length > 0 && (events.at(-1)?.n ?? 0) < page.last;) {
    page = history.read({ history: first.history, after: events.at(-1)?.n });
    events.push(...page.events);
  }
  return events;
}

describe('the events that a process keeps', () => {
  test('a process keeps events with their number, time and fields', () => {
    const { platform, history } = kept();
    history.add(active(1));
    platform.pass(250);
    history.add({ event: 'draining' });
    const page = history.read({});
    expect(page).toEqual({
      history: expect.stringMatching(/^[a-z0-9]{12}$/) as string,
      clockMs: 250,
      after: 0,
      last: 2,
      events: [
        { n: 1, atMs: 0, event: 'active', fields: { epoch: 1, cause: 'peer-refused' } },
        { n: 2, atMs: 250, event: 'draining', fields: {} },
      ],
    });
  });

  test('a reader that names its position gets the events after it, and one of another start gets all', () => {
    const { history } = kept();
    for (const epoch of [1, 2, 3]) history.add(active(epoch));
    const { history: id } = history.read({});
    expect(history.read({ history: id, after: 2 })).toMatchObject({ after: 2, events: [{ n: 3 }] });
    expect(history.read({ history: id, after: 3 })).toMatchObject({ after: 3, last: 3, events: [] });
    expect(history.read({ history: id, after: 99 })).toMatchObject({ after: 3, events: [] });
    expect(history.read({ history: 'aaaaaaaaaaaa', after: 2 }).events).toHaveLength(3);
  });

  test('a reader that asks for a time gets the events of that time, and learns how many came before', () => {
    const { platform, history } = kept();
    history.add(active(1));
    platform.pass(1_000);
    history.add(active(2));
    platform.pass(500);
    expect(history.read({ agoMs: 600 })).toMatchObject({ after: 1, last: 2, events: [{ n: 2 }] });
    expect(history.read({ agoMs: 1_500 })).toMatchObject({ after: 0, events: [{ n: 1 }, { n: 2 }] });
    expect(history.read({ agoMs: 499 })).toMatchObject({ after: 2, last: 2, events: [] });
  });

  test('a flood of one kind of event displaces its own kind, and a takeover stays', () => {
    const { history } = kept();
    history.add(active(1));
    for (let count = 0; count < 5_000; count += 1) history.add(dropped('calc.beat'));
    history.add(active(2));
    const all = readAll(history);
    expect(all).toHaveLength(limits.eventsKeptMax);
    expect(all[0]).toMatchObject({ n: 1, fields: { epoch: 1 } });
    expect(all.at(-1)).toMatchObject({ n: 5_002, fields: { epoch: 2 } });
    // The numbers show the gap.
    expect(all[1]?.n).toBe(5_002 - limits.eventsKeptMax + 2);
  });

  test('the events that are kept are bounded in bytes, and so is a page', () => {
    const { history } = kept();
    const routes = Array.from({ length: limits.eventListMax }, (_, index) =>
      `calc.x${index}.request.1`.padEnd(60, 'y'),
    );
    for (let count = 0; count < limits.eventsKeptMax; count += 1) {
      history.add({ event: 'listener-up', address: 'aaaaaaaaaaaa', routes });
    }
    const bytes = JSON.stringify(readAll(history)).length;
    expect(bytes).toBeLessThan(1.2 * limits.eventsKeptBytesMax);
    expect(bytes).toBeGreaterThan(0.8 * limits.eventsKeptBytesMax);
    expect(JSON.stringify(history.read({}).events).length).toBeLessThan(1.2 * limits.eventsOfReplyBytesMax);
  });

  test('a page has a bounded number of events, and its reader asks for the next one', () => {
    const { history } = kept();
    for (let epoch = 1; epoch <= 600; epoch += 1) history.add(active(epoch));
    expect(history.read({}).events).toHaveLength(limits.eventsOfReplyMax);
    expect(readAll(history).map(({ n }) => n)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
  });
});

describe('the fields that observers get', () => {
  test('lines of handlers are not kept, and texts of exceptions only where requesters get them', () => {
    const failed = {
      event: 'handler-failed',
      name: 'price',
      part: 'handler',
      id: 'k3f0q9x2m1zd-7f',
      message: 'password=hunter2',
      stack: 'at secret.ts',
      count: 1,
    } as const;
    expect(keptFields({ event: 'handler-log', name: 'price', id: 'x-1', message: 'password' }, true)).toBeUndefined();
    expect(keptFields(failed, false)).toEqual({ name: 'price', part: 'handler', id: 'k3f0q9x2m1zd-7f', count: 1 });
    expect(keptFields(failed, true)).toMatchObject({ message: 'password=hunter2' });
    expect(keptFields(failed, true)).not.toHaveProperty('stack');
    expect(keptFields({ event: 'thread-failed', operation: 'price', cause: 'password' }, false)).toEqual({
      operation: 'price',
    });
  });

  test('long texts and lists are cut, and half of a surrogate pair is replaced', () => {
    const long = keptFields({ event: 'misconfigured', message: '😀'.repeat(limits.eventTextMax) }, false);
    expect(String(long?.message)).toHaveLength(limits.eventTextMax + 1);
    expect(keptFields({ event: 'misconfigured', message: 'x\ud83d' }, false)).toEqual({ message: 'x\ufffd' });
    const routes = Array.from({ length: 200 }, (_, index) => `calc.x${index}.request.1`);
    const up = keptFields({ event: 'listener-up', address: 'aaaaaaaaaaaa', routes }, false);
    expect(up?.routes).toHaveLength(limits.eventListMax);
    expect(up?.more).toBe(200 - limits.eventListMax);
  });
});
