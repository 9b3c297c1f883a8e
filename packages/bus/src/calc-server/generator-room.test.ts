import { formulaCode, limits, map } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { wait, slow, work, valueOf, setUp } from './generator.test-support.ts';

test('a call that is refused because too many calls of its map wait is requested again, and not the others', async () => {
  // 300 calls of 100 ms, one after the other, in 32 s: a call that waits behind 256 others would be refused.
  const code = formulaCode(work, function* () {
    return (yield* map(
      slow,
      Array.from({ length: 300 }, (_, index) => index),
    )).length;
  });
  const { ran, outcomes, pass } = setUp(code, { timeoutMs: 32_000, concurrency: 1 });
  for (let step = 0; step < 330; step += 1) await pass(100);
  expect(outcomes.map(valueOf)).toEqual([300]);
  expect(ran).toHaveLength(300);
});

test('a formula of many calls does not delay the few calls of another client', async () => {
  const code = formulaCode(work, function* ([a]) {
    return (yield* map(
      slow,
      Array.from({ length: a === 3 ? 500 : 2 }, (_, index) => index),
    )).length;
  });
  const { askOfAnother, outcomes, pass, platform } = setUp(code, { concurrency: 1 });
  for (let step = 0; step < 30; step += 1) await pass(100);
  const askedMs = platform.nowMs();
  let tookMs = Number.POSITIVE_INFINITY;
  askOfAnother(2, () => {
    tookMs = platform.nowMs() - askedMs;
  });
  for (let step = 0; step < 20; step += 1) await pass(100);
  expect(outcomes).toEqual([]);
  // Two runs of its own, in turns with those of the other client, and those that the server has already.
  expect(tookMs).toBeLessThan(1_000);
});

test('formulas wait with further calls while half of the table of requests is full, and go on when there is room', async () => {
  const code = formulaCode(work, function* ([a]) {
    return yield* map(wait, Array(limits.mapInputsMax).fill(a), { concurrency: limits.mapInputsMax });
  });
  const { server, ask, cancel, pass } = setUp(code);
  for (let nth = 1; nth < 4; nth += 1) ask(nth);
  await pass(100);
  expect(server.report()).toMatchObject({ tables: { open: limits.heldRequestsMax / 2, 'paused formulas': 1 } });
  cancel();
  await pass(100);
  expect(server.report()).toMatchObject({ tables: { open: 3 * limits.mapInputsMax, 'paused formulas': 0 } });
});
