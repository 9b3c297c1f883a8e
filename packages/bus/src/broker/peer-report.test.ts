import type { Beat } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { BusEvent } from '../participant/events.ts';
import { testPlatform } from '../participant/fake-link.test-support.ts';
import { createPeerReport } from './peer-report.ts';

const beat: Beat = {
  rank: 'primary',
  state: 'active',
  epoch: 3,
  incarnation: 'iiiiiiiiiiii',
  address: 'pppppppppppp',
  counters: {},
};
const { rank, address } = beat;

function reporting() {
  const platform = testPlatform();
  const events: BusEvent[] = [];
  const onEvent = (event: BusEvent): void => void events.push(event);
  const report = createPeerReport(platform, { incarnation: 'oooooooooooo', peerLostMs: 200 }, onEvent);
  const tick = (late = false): void => {
    report.tick(late);
    platform.settle();
  };
  return { platform, events, report, tick };
}

test('a broker reports once that it hears the other one, and once that it no longer hears it', () => {
  const { platform, events, report, tick } = reporting();
  report.heard(beat);
  report.heard(beat);
  platform.pass(199);
  tick();
  expect(events).toEqual([{ event: 'broker-up', rank, address, state: 'active', epoch: 3 }]);
  platform.pass(1);
  tick();
  tick();
  expect(events.slice(1)).toEqual([{ event: 'broker-down', rank, address, cause: 'silent', silentMs: 200 }]);
});

test('a broker whose loop was late reads the beats that have arrived before it reports the other one as silent', () => {
  const { platform, events, report, tick } = reporting();
  report.heard(beat);
  platform.pass(5_000);
  tick(true);
  expect(events).toHaveLength(1);
  platform.pass(200);
  report.tick(false);
  report.heard(beat);
  platform.settle();
  expect(events).toHaveLength(1);
});

test.each([
  [{ ...beat }, 'refused'],
  [{ ...beat, state: 'leaving' as const }, 'left'],
])(
  'a broker whose port refuses is reported at once, and a broker that handed over is reported as left',
  (last, cause) => {
    const { platform, events, report } = reporting();
    report.heard(last);
    platform.pass(12);
    report.refused();
    report.refused();
    expect(events.slice(1)).toEqual([{ event: 'broker-down', rank, address, cause, silentMs: 12 }]);
  },
);

test('a broker that was replaced is reported as down, and its successor as up', () => {
  const { events, report } = reporting();
  report.heard(beat);
  report.heard({ ...beat, address: 'qqqqqqqqqqqq', incarnation: 'jjjjjjjjjjjj', state: 'standby' });
  expect(events.map(({ event }) => event)).toEqual(['broker-up', 'broker-down', 'broker-up']);
});

test('a broker that hears itself reports nothing', () => {
  const { events, report } = reporting();
  report.heard({ ...beat, incarnation: 'oooooooooooo' });
  expect(events).toEqual([]);
});
