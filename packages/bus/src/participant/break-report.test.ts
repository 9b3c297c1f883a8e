import { expect, test } from 'vitest';
import type { BusEvent } from './events.ts';
import { createBreakReport } from './break-report.ts';

function setUp() {
  const events: BusEvent[] = [];
  let nowMs = 0;
  const report = createBreakReport({ nowMs: () => nowMs }, (event) => events.push(event));
  return {
    events,
    at(timeMs: number, broker = 'one:1') {
      nowMs = timeMs;
      report.broken(broker, `at ${timeMs}`);
    },
  };
}

test('a connection that breaks three times within a minute is reported, then once a minute with the number of breaks', () => {
  const { events, at } = setUp();
  for (const timeMs of [0, 200, 400, 600, 800, 60_399, 60_400, 61_000]) at(timeMs);
  expect(events).toEqual([
    { event: 'link-unstable', broker: 'one:1', cause: 'at 400', count: 3, forMs: 400 },
    { event: 'link-unstable', broker: 'one:1', cause: 'at 60400', count: 4, forMs: 60_000 },
  ]);
});

test('connections that break once, as those of a broker that ends, and breaks over a long time are not reported', () => {
  const { events, at } = setUp();
  at(0, 'one:1');
  at(0, 'one:2');
  at(0, 'two:1');
  for (let time = 1; time < 20; time += 1) at(time * 40_000);
  expect(events).toEqual([]);
});
