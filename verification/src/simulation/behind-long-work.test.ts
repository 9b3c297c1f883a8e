import { expect, test } from 'vitest';
import { checkBehindLongWork } from './behind-long-work.test-support.ts';

test('short computations that wait behind a long one go to an idle server', { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= 5; seed += 1) expect(await checkBehindLongWork(seed), `seed ${seed}`).toEqual([]);
});
