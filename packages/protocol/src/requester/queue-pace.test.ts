import { describe, expect, test } from 'vitest';
import { createPace } from './queue-pace.ts';

/** A pace after rounds of answers: in each round this many arrive together, this long after the last round. */
function after(rounds: number, { many, everyMs }: { readonly many: number; readonly everyMs: number }) {
  const pace = createPace();
  for (let round = 1; round <= rounds; round += 1) {
    for (let answer = 0; answer < many; answer += 1) pace.answered(everyMs, round * everyMs + answer / 1_000);
  }
  return pace;
}

describe('the pace of a queue', () => {
  test('the pace is the mean time from one answer to the next', () => {
    expect(after(40, { many: 1, everyMs: 50 }).eachMs()).toBeCloseTo(50);
  });

  test('four answers are enough if they took two seconds', () => {
    expect(after(4, { many: 1, everyMs: 700 }).eachMs()).toBe(0);
    expect(after(5, { many: 1, everyMs: 499 }).eachMs()).toBe(0);
    expect(after(5, { many: 1, everyMs: 500 }).eachMs()).toBeCloseTo(500);
  });

  test('the first answers of a round of requests that run together do not count for all of them', () => {
    for (const many of [16, 48, 300]) {
      for (let rounds = 2; rounds <= 12; rounds += 1) {
        const pace = after(rounds, { many, everyMs: 4_000 });
        for (let answer = 0; answer < many; answer += 1) {
          pace.answered(4_000, (rounds + 1) * 4_000 + answer / 1_000);
          expect(pace.eachMs(), `answer ${answer} after ${rounds} rounds of ${many}`).toBeLessThan(
            1.5 * (4_000 / many),
          );
        }
      }
    }
  });

  test('the pace of requests that run together is known after five rounds, however many they are', () => {
    for (const many of [1, 16, 48, 300]) {
      const eachMs = 4_000 / many;
      expect(after(6, { many, everyMs: 4_000 }).eachMs() / eachMs).toBeCloseTo(1, 0);
      expect(after(100, { many, everyMs: 4_000 }).eachMs() / eachMs).toBeCloseTo(1, 0);
    }
  });

  test('a standstill of this process does not count', () => {
    const pace = after(40, { many: 1, everyMs: 50 });
    pace.stoodStill(3_000);
    pace.answered(50, 5_050);
    expect(pace.eachMs()).toBeCloseTo(50);
  });

  describe('when servers have come that may have just started', () => {
    /** Answers every 50 ms for `forMs`, the first one 50 ms after `fromMs`. */
    const answersOf = (pace: ReturnType<typeof createPace>, fromMs: number, forMs: number): void => {
      for (let nowMs = fromMs + 50; nowMs <= fromMs + forMs; nowMs += 50) pace.answered(50, nowMs);
    };

    test('the pace is unknown until five seconds after their first answer', () => {
      const pace = after(40, { many: 1, everyMs: 50 });
      pace.awaitServers();
      expect(pace.eachMs()).toBe(0);
      answersOf(pace, 10_000, 5_000);
      expect(pace.eachMs()).toBe(0);
      pace.answered(50, 15_050);
      expect(pace.eachMs()).toBeCloseTo(50);
    });

    test('it is measured anew meanwhile without another five seconds', () => {
      const pace = createPace();
      pace.awaitServers();
      answersOf(pace, 0, 1_000);
      pace.restart();
      answersOf(pace, 1_000, 4_050);
      expect(pace.eachMs()).toBeCloseTo(50);
    });

    test('a standstill of this process is not part of the five seconds', () => {
      const pace = createPace();
      pace.awaitServers();
      answersOf(pace, 0, 1_000);
      pace.stoodStill(5_000);
      answersOf(pace, 6_000, 4_000);
      expect(pace.eachMs()).toBe(0);
      pace.answered(50, 10_050);
      expect(pace.eachMs()).toBeCloseTo(50);
    });
  });
});
