import { expect, test } from 'vitest';
import type { BusEvent } from './events.ts';
import { testPlatform } from './fake-link.test-support.ts';
import { createListenerReport } from './listener-report.ts';

function reporting() {
  const platform = testPlatform();
  const events: BusEvent[] = [];
  const report = createListenerReport(platform, (event) => void events.push(event));
  report.interestedIn('a');
  report.interestedIn('b');
  return { platform, events, report };
}

test('routes of one server that change in one turn are one event', () => {
  const { platform, events, report } = reporting();
  report.changed('listener-up', 'a', 'one');
  report.changed('listener-up', 'b', 'one');
  report.changed('listener-up', 'elsewhere', 'one');
  platform.settle();
  expect(events).toEqual([{ event: 'listener-up', address: 'one', routes: ['a', 'b'] }]);
});

test('servers that come and go by the thousand are counted once a second, and later ones are reported again', () => {
  const { platform, events, report } = reporting();
  for (let round = 0; round < 10_000; round += 1) {
    report.changed('listener-up', 'a', `server-${round}`);
    report.changed('listener-down', 'a', `server-${round}`);
    platform.settle();
  }
  expect(events).toHaveLength(256);
  platform.pass(1_000);
  expect(events.slice(256)).toEqual([{ event: 'listeners-changed', count: 19_744 }]);
  report.changed('listener-up', 'a', 'late');
  platform.pass(5_000);
  expect(events.slice(257)).toEqual([{ event: 'listener-up', address: 'late', routes: ['a'] }]);
});

test('a participant that closes reports what it has counted, and nothing afterwards', () => {
  const { platform, events, report } = reporting();
  for (let at = 0; at < 300; at += 1) report.changed('listener-up', 'a', `server-${at}`);
  platform.settle();
  report.changed('listener-up', 'b', 'last');
  report.close();
  platform.pass(5_000);
  expect(events.slice(256)).toEqual([{ event: 'listeners-changed', count: 44 }]);
});
