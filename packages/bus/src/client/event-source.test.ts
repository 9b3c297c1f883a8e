import type { EventsReport, KeptEvent } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { createEventSource } from './event-source.ts';

const process = { role: 'op-server', host: 'alpha', pid: 7 } as const;
const address = 'aaaaaaaaaaaa';
const history = 'hhhhhhhhhhhh';

function report(given: Partial<EventsReport> & Pick<EventsReport, 'last'>): EventsReport {
  return { process, history, clockMs: 1_000, after: 0, events: [], ...given };
}

const event = (n: number, atMs = n): KeptEvent => ({ n, atMs, event: 'draining', fields: {} });
const nothingKnown = {};
const key = `${address}-${history}`;
const shown = ({ id, event: name, fields }: { id: string; event: string; fields: unknown }) => [id, name, fields];

describe('reading the events of one process', () => {
  test('each event is read once, however often its page arrives', () => {
    const source = createEventSource(address, nothingKnown);
    const page = report({ last: 3, events: [event(1), event(2)] });
    expect(source.take(page, 1, 1_000).map(({ id }) => id)).toEqual([`${key}-1`, `${key}-2`]);
    expect(source.isComplete()).toBe(false);
    expect(source.position()).toEqual({ history, after: 2 });
    expect(source.take(page, 1, 1_000)).toEqual([]);
    expect(source.take(report({ after: 2, last: 3, events: [event(3)] }), 1, 1_000)).toHaveLength(1);
    expect(source.isComplete()).toBe(true);
  });

  test('events that are not kept any more are counted as lost, at their place', () => {
    const source = createEventSource(address, nothingKnown);
    const page = report({ last: 9, after: 1, events: [event(4), event(5), event(8)] });
    expect(source.take(page, 1, 1_000).map(shown)).toEqual([
      [`${key}-2`, 'events-lost', { count: 2 }],
      [`${key}-4`, 'draining', {}],
      [`${key}-5`, 'draining', {}],
      [`${key}-6`, 'events-lost', { count: 2 }],
      [`${key}-8`, 'draining', {}],
    ]);
    expect(source.take(report({ last: 12, after: 8 }), 1, 1_000).map(shown)).toEqual([
      [`${key}-9`, 'events-lost', { count: 4 }],
    ]);
  });

  test('events before the time that was asked for are not lost', () => {
    const source = createEventSource(address, nothingKnown);
    expect(source.take(report({ last: 7, after: 6, events: [event(7)] }), 1, 1_000).map(shown)).toEqual([
      [`${key}-7`, 'draining', {}],
    ]);
  });

  test('a reader continues where another one ended', () => {
    const source = createEventSource(address, { [key]: 2, [`bbbbbbbbbbbb-${history}`]: 1 });
    const page = report({ last: 3, events: [event(1), event(2), event(3)] });
    expect(source.take(page, 1, 1_000).map(({ id }) => id)).toEqual([`${key}-3`]);
  });

  test('a clock that is ahead of this one by more than can be measured wrongly is corrected', () => {
    const source = createEventSource(address, nothingKnown);
    // The answer took 4 ms; in the middle of it, this clock showed 998.
    const [read] = source.take(report({ last: 1, clockMs: 6_000, events: [event(1, 5_990)] }), 4, 1_000);
    expect(read).toMatchObject({ at: 988, clockOffsetMs: 5_002, uncertaintyMs: 2 });
  });

  test('a clock that differs by less than the uncertainty is taken as the same', () => {
    const source = createEventSource(address, nothingKnown);
    const [read] = source.take(report({ last: 1, clockMs: 999, events: [event(1, 990)] }), 4, 1_000);
    expect(read).toMatchObject({ at: 990, clockOffsetMs: 0, uncertaintyMs: 2 });
  });

  test('the fastest round trip of a minute says how far the clock is ahead', () => {
    const source = createEventSource(address, nothingKnown);
    source.take(report({ last: 0, clockMs: 6_000 }), 2, 1_000);
    const [slow] = source.take(report({ last: 1, clockMs: 8_000, events: [event(1, 7_000)] }), 900, 2_000);
    expect(slow).toMatchObject({ clockOffsetMs: 5_001, uncertaintyMs: 1 });
    const [late] = source.take(report({ last: 2, clockMs: 80_000, events: [event(2, 79_990)] }), 900, 70_000);
    expect(late).toMatchObject({ clockOffsetMs: 10_450, uncertaintyMs: 450 });
  });
});
