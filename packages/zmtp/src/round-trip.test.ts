import { expect, test } from 'vitest';
import { createRoundTrip } from './round-trip.ts';

test('a round trip counts as proven for a while after a PING that was answered', () => {
  const trip = createRoundTrip();
  expect(trip.isProven(100, 0)).toBe(false);
  trip.pinged(1_000);
  expect(trip.isProven(100, 1_001)).toBe(false);
  trip.ponged(1_400);
  expect(trip.isProven(100, 1_100)).toBe(true);
  expect(trip.isProven(100, 1_101)).toBe(false);
});

test('a PONG proves no more than the oldest unanswered PING, however late it is read', () => {
  const trip = createRoundTrip();
  trip.pinged(1_000);
  trip.pinged(1_300);
  trip.ponged(1_400);
  expect(trip.isProven(100, 1_300)).toBe(false);
  trip.pinged(1_350);
  trip.ponged(1_400);
  expect(trip.isProven(100, 1_360)).toBe(true);
});

test('an unsolicited PONG proves nothing', () => {
  const trip = createRoundTrip();
  trip.ponged(1_400);
  expect(trip.isProven(100, 0)).toBe(false);
});

test('the shortest and the longest of the last four round trips are known', () => {
  const trip = createRoundTrip();
  expect(trip.recent()).toBeUndefined();
  for (const tookMs of [30, 500, 40, 50, 45, 60]) {
    trip.pinged(1_000);
    expect(trip.ponged(1_000 + tookMs)).toBe(tookMs);
  }
  expect(trip.recent()).toEqual({ shortest: 40, longest: 60 });
  trip.pinged(2_000);
  trip.ponged(2_070);
  expect(trip.recent()).toEqual({ shortest: 45, longest: 70 });
});
