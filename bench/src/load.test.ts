import { expect, test } from 'vitest';
import { openLoop } from './load.ts';

test('a client that cannot send all due requests continues to read answers, and the unsent requests count as failed', async () => {
  let turns = 0;
  const turning = setInterval(() => (turns += 1));
  const { ask, asked } = slowQuestion();
  const { answered, failed } = await openLoop(ask, { perSecond: 5_000, warmMs: 0, ms: 200 });
  clearInterval(turning);
  expect(answered).toBe(asked());
  // A hundred of a thousand, three in a turn.
  expect(asked()).toBeLessThan(150);
  expect(failed['not-asked']).toBeGreaterThan(700);
  expect(turns).toBeGreaterThan(asked() / 5);
});

test('requests that were due before the measured time are not missed', async () => {
  const { ask } = slowQuestion();
  const { failed } = await openLoop(ask, { perSecond: 5_000, warmMs: 200, ms: 100 });
  // On average, five hundred are due in the measured time, and a thousand before.
  expect(failed['not-asked']).toBeGreaterThan(350);
  expect(failed['not-asked']).toBeLessThan(650);
});

function slowQuestion(): { ask: () => Promise<boolean>; asked: () => number } {
  let asked = 0;
  return {
    asked: () => asked,
    ask: async () => {
      asked += 1;
      for (const untilMs = performance.now() + 2; performance.now() < untilMs;);
      return true;
    },
  };
}
