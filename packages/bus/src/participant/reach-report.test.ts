import { expect, test } from 'vitest';
import type { BusEvent } from './events.ts';
import { testPlatform } from './fake-link.test-support.ts';
import { createReachReport } from './reach-report.ts';

function reporting() {
  const platform = testPlatform();
  const events: BusEvent[] = [];
  const {
    events: { dialled },
    unreached,
  } = createReachReport(platform, (event) => void events.push(event));
  /** Dials every 200 ms. */
  function failFor(ms: number, broker: string, fault: string): void {
    for (let passedMs = 0; passedMs < ms; passedMs += 200) {
      platform.pass(200);
      dialled(broker, fault);
    }
  }
  return { events, dialled, unreached, failFor };
}

test('a broker that cannot be reached is reported after five seconds, and then once a minute', () => {
  const { events, failFor } = reporting();
  failFor(5_000, 'one:1', 'refused');
  expect(events).toEqual([]);
  failFor(60_000, 'one:1', 'refused');
  expect(events).toEqual([{ event: 'broker-unreachable', broker: 'one:1', cause: 'refused', forMs: 5_000 }]);
  failFor(200, 'one:1', 'no such name');
  expect(events.slice(1)).toEqual([
    { event: 'broker-unreachable', broker: 'one:1', cause: 'no such name', forMs: 65_000 },
  ]);
});

test('a broker that is back within five seconds is not reported', () => {
  const { events, dialled, failFor } = reporting();
  for (let time = 0; time < 3; time += 1) {
    failFor(4_000, 'one:1', 'refused');
    dialled('one:1', undefined);
  }
  expect(events).toEqual([]);
});

test('a broker that was reported is reported again when it is reached', () => {
  const { events, dialled, failFor } = reporting();
  failFor(6_000, 'one:1', 'refused');
  dialled('one:1', undefined);
  dialled('one:1', undefined);
  expect(events.slice(1)).toEqual([{ event: 'broker-reached', broker: 'one:1', afterMs: 5_800 }]);
});

test('the brokers that are not reached are listed with the reasons of the last attempts', () => {
  const { dialled, unreached } = reporting();
  dialled('one:1', 'refused');
  dialled('two:2', 'no such name');
  dialled('one:1', 'no answer');
  expect(unreached()).toEqual(['one:1: no answer', 'two:2: no such name']);
  dialled('one:1', undefined);
  expect(unreached()).toEqual(['two:2: no such name']);
});

test('keys that differ are reported at once, for one port of a host, and again after a minute', () => {
  const { events, dialled, unreached, failFor } = reporting();
  const fault = 'the broker accepts only programs with keys';
  for (const port of ['one:1', 'one:2', 'two:1']) dialled(port, fault, true);
  dialled('one:1', fault, true);
  expect(events).toEqual(['one:1', 'two:1'].map((broker) => ({ event: 'keys-differ', broker, cause: fault })));
  expect(unreached()).toEqual([`one:1: ${fault}`, `two:1: ${fault}`]);
  failFor(60_000, 'three:1', 'refused');
  dialled('one:2', fault, true);
  expect(events.at(-1)).toEqual({ event: 'keys-differ', broker: 'one:2', cause: fault });
  dialled('one:2', undefined);
  expect(events.at(-1)).toEqual({ event: 'broker-reached', broker: 'one:2', afterMs: 60_000 });
});
