import { expect, test } from 'vitest';
import { createRoundTrip } from './round-trip.ts';

test('a round trip counts as proven for a while after a PING that was answered', () => {
  const trip = createRoundTrip();
  expect(trip.isProven(100, 0)).toBe(false);
  trip.pinged(1_000);
  expect(trip.isProven(100, 1_001)).toBe(false);
  trip.ponged();
  expect(trip.isProven(100, 1_100)).toBe(true);
  expect(trip.isProven(100, 1_101)).toBe(false);
});

test('a PONG proves no more than the oldest unanswered PING, however late it is read', () => {
  const trip = createRoundTrip();
  trip.pinged(1_000);
  trip.pinged(1_300);
  trip.ponged();
  expect(trip.isProven(100, 1_300)).toBe(false);
  trip.pinged(1_350);
  trip.ponged();
  expect(trip.isProven(100, 1_360)).toBe(true);
});

test('an unsolicited PONG proves nothing', () => {
  const trip = createRoundTrip();
  trip.ponged();
  expect(trip.isProven(100, 0)).toBe(false);
});
