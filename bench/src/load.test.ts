import { expect, test } from 'vitest';
import { openLoop } from './load.ts';

test('a client that has no time to ask for all goes on taking in answers, and what it did not get round to failed', async () => {
  let turns = 0;
  const turning = setInterval(() => (turns += 1));
  let asked = 0;
  const ask = async (): Promise<boolean> => {
    asked += 1;
    for (const untilMs = performance.now() + 2; performance.now() < untilMs;);
    return true;
  };
  const { answered, failed } = await openLoop(ask, { perSecond: 5_000, warmMs: 0, ms: 200 });
  clearInterval(turning);
  expect(answered).toBe(asked);
  // A hundred of a thousand, three in a turn.
  expect(asked).toBeLessThan(150);
  expect(failed['not-asked']).toBeGreaterThan(700);
  expect(turns).toBeGreaterThan(asked / 5);
});
