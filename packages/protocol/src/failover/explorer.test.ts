import { describe, expect, test } from 'vitest';
import type { ExploreOptions } from './explorer.test-support.ts';
import { eventsOf, explore } from './explorer.test-support.ts';
import { mutants } from './mutants.test-support.ts';
import { keyOf } from './world-key.test-support.ts';
import { step } from './world-step.test-support.ts';
import type { World } from './world.test-support.ts';
import { machine, stepMs } from './world.test-support.ts';

/** It computes for seconds, and longer on a busy machine. */
const timeout = 600_000;

/** The values in the documentation. */
const usual = { advance: machine, peerLostMs: 200, leaveMs: 1_000, calmMs: 1_000 } satisfies Partial<ExploreOptions>;

/** The same relations with smaller values: with less time to wait through, more faults can be explored. */
const short = { advance: machine, peerLostMs: 150, leaveMs: 200, calmMs: 300 } satisfies Partial<ExploreOptions>;

describe('the rules of the explorer', { timeout }, () => {
  test('whenever each broker starts, one of them is active within the loss time', () => {
    const { states, violation, settleMsMax } = explore({ ...usual, faults: 0 });
    expect(violation).toBeUndefined();
    expect(states).toBeGreaterThan(80);
    expect(settleMsMax).toBe(usual.peerLostMs);
  });

  test('with one fault of any kind (9,000 states), the pair settles in the loss time and half a heartbeat', () => {
    const { states, violation, settleMsMax } = explore({ ...usual, faults: 1 });
    expect(violation).toBeUndefined();
    expect(states).toBeGreaterThan(9_000);
    expect(settleMsMax).toBe(usual.peerLostMs + stepMs);
  });

  test('with two faults of any kind (200,000 states), of two active brokers that hear each other one stays, within 3 heartbeats', () => {
    const { states, violation, twoActiveMsMax } = explore({ ...short, faults: 2 });
    expect(violation).toBeUndefined();
    expect(states).toBeGreaterThan(200_000);
    expect(twoActiveMsMax).toBe(5 * stepMs);
  });

  test.each(['primary', 'backup'] as const)(
    'with one fault the rules hold, also when both run as %s by mistake',
    (rank) => {
      const { states, violation } = explore({ ...usual, faults: 1, ranks: [rank, rank] });
      expect(violation).toBeUndefined();
      expect(states).toBeGreaterThan(5_000);
    },
  );
});

describe('the explorer', { timeout }, () => {
  test('the explorer finds nothing in an undisturbed pair, whose states repeat in a circle', () => {
    const settled = explore({
      ...usual,
      faults: 0,
      before: [
        { is: 'start', broker: 0 },
        { is: 'start', broker: 1 },
        ...Array.from({ length: 40 }, () => ({ is: 'none' }) as const),
      ],
    });
    expect(settled).toEqual({ states: 2, violation: undefined, settleMsMax: 0, stayingMsMax: 0, twoActiveMsMax: 0 });
  });

  test.each(mutants)('the explorer finds the mutant: $fault', ({ advance, breaks, fault: _fault, ...options }) => {
    const { violation } = explore({ ...short, ...options, advance });
    expect(violation?.rule).toBe(breaks);
    expect(violation?.story.length).toBeGreaterThan(1);
    // Mutants with a past are not covered by the explorations above.
    if (options.before !== undefined) expect(explore({ ...short, ...options }).violation).toBeUndefined();
  });

  test('the explorer treats two worlds as one only if nothing that happens later can distinguish them', () => {
    const random = randomFrom(1);
    let compared = 0;
    explore({
      ...short,
      faults: 1,
      onSame(one, other) {
        if (random() > 0.2) return;
        compared += 1;
        stayAlike(one, other, random);
      },
    });
    expect(compared).toBeGreaterThan(500);
  });
});

function stayAlike(one: World, other: World, random: () => number): void {
  let [a, b] = [one, other];
  for (let steps = 0; steps < 20; steps += 1) {
    const events = eventsOf(a);
    const event = events[Math.floor(random() * events.length)] ?? { is: 'none' };
    a = step(a, event, machine).world;
    b = step(b, event, machine).world;
    expect(keyOf(b)).toBe(keyOf(a));
  }
}

/** mulberry32 */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
