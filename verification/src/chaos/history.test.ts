import { expect, test } from 'vitest';
import type { Outcome } from './history.ts';
import { createHistory } from './history.ts';

const answer: Outcome = { value: 5, fallbacks: [] };
const failure: Outcome = { code: 'overloaded' };

/** @returns after how many outcomes the system was calm; undefined if it never was */
async function calmAfter(requests: number, outcomes: readonly Outcome[]): Promise<number | undefined> {
  const history = createHistory();
  let calm = false;
  void history.calm(requests).then(() => (calm = true));
  for (const [index, outcome] of outcomes.entries()) {
    history.add({ type: 'settled', number: index, settledMs: index, id: undefined, outcome });
    await Promise.resolve();
    if (calm) return index + 1;
  }
  return undefined;
}

test('a system is calm when so many requests were answered one after the other', async () => {
  expect(await calmAfter(2, [answer, answer, answer])).toBe(2);
  expect(await calmAfter(2, [answer, failure, answer, failure, answer, answer])).toBe(6);
});

test('a system that goes on failing counts as calm after ten times as many outcomes', async () => {
  expect(
    await calmAfter(
      2,
      Array.from({ length: 19 }, () => failure),
    ),
  ).toBeUndefined();
  expect(
    await calmAfter(
      2,
      Array.from({ length: 20 }, () => failure),
    ),
  ).toBe(20);
});
