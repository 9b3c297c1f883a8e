import { expect, test } from 'vitest';
import { createRoundTrips } from './request-times.ts';

const always = (roundTripMs: number) => ({ shortest: roundTripMs, longest: roundTripMs });

test('on a near link, a server that hangs is given up after 200 ms, and its connection never changes', () => {
  const trips = createRoundTrips();
  expect(trips.times()).toEqual({ ttlMs: 200, silenceMs: 1_000 });
  for (const [at, roundTripMs] of [0.2, 40, 1, 99].entries())
    expect(trips.measured(always(roundTripMs), at)).toBe(false);
  expect(trips.measured(always(0.2), 1e9)).toBe(false);
  expect(trips.times()).toEqual({ ttlMs: 200, silenceMs: 1_000 });
});

test('a connection over a far link has four round trips, and is made anew when they double', () => {
  const trips = createRoundTrips();
  expect(trips.measured(always(220), 0)).toBe(true);
  expect(trips.times()).toEqual({ ttlMs: 880, silenceMs: 1_000 });
  expect(trips.measured(always(430), 1)).toBe(false);
  expect(trips.measured(always(500), 2)).toBe(true);
  expect(trips.times()).toEqual({ ttlMs: 2_000, silenceMs: 2_000 });
});

test('a server is given up after four seconds at the latest', () => {
  const trips = createRoundTrips();
  expect(trips.measured(always(60_000), 0)).toBe(true);
  expect(trips.times()).toEqual({ ttlMs: 4_000, silenceMs: 4_000 });
  expect(trips.measured(always(90_000), 1)).toBe(false);
});

test('the times become shorter when the round trips were shorter for a minute', () => {
  const trips = createRoundTrips();
  trips.measured(always(500), 0);
  expect(trips.measured(always(1), 1_000)).toBe(false);
  expect(trips.measured(always(400), 30_000)).toBe(false);
  expect(trips.measured(always(1), 40_000)).toBe(false);
  expect(trips.measured(always(60), 70_000)).toBe(false);
  expect(trips.measured(always(1), 99_999)).toBe(false);
  expect(trips.measured(always(1), 100_000)).toBe(true);
  expect(trips.times()).toEqual({ ttlMs: 240, silenceMs: 1_000 });
});

test('one long round trip, as after an outage, changes nothing', () => {
  const trips = createRoundTrips();
  expect(trips.measured({ shortest: 1, longest: 3_000 }, 0)).toBe(false);
  expect(trips.times()).toEqual({ ttlMs: 200, silenceMs: 1_000 });
});
