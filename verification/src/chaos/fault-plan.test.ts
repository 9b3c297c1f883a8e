import { expect, test } from 'vitest';
import { chanceOf } from './chance.ts';
import { planRound } from './fault-plan.ts';

const everyone = { broker: ['broker'], backup: ['backup'], 'op-server': ['o1', 'o2'], 'calc-server': ['c1', 'c2'] };
const options = {
  targets: { kill: everyone, stop: everyone, end: everyone },
  doubles: { 'both brokers': ['broker', 'backup'] },
  stopMs: { least: 50, most: 3_000 },
  goneMs: { least: 0, most: 100 },
  allGoneMs: { least: 200, most: 300 },
};

const rounds = (seed: number) => {
  const chance = chanceOf(seed, 'faults');
  return [planRound(options, chance), planRound(options, chance)];
};

test('a round has every kind of fault once', () => {
  for (const round of rounds(1)) {
    const kinds = round.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(kinds).toHaveLength(3 * 4 + 2);
  }
});

test('each seed has its own order of faults, and the same one each time', () => {
  expect(rounds(7)).toEqual(rounds(7));
  expect(rounds(7)).not.toEqual(rounds(8));
});

test('the duration of a fault is within its bounds', () => {
  for (const { action, double, holdMs } of rounds(3).flat()) {
    const goneMs = double ? options.allGoneMs : options.goneMs;
    const { least, most } = action === 'stop' ? options.stopMs : goneMs;
    expect(holdMs).toBeGreaterThanOrEqual(least);
    expect(holdMs).toBeLessThanOrEqual(most);
  }
});
