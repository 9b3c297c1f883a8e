import { expect, test } from 'vitest';
import { check } from './checker.ts';
import { ofType, requestsOf } from './requests.ts';
import { runChaos } from './run.ts';
import { singleFaults } from './system-plan.ts';

/* The short form of `pnpm chaos`: one round, so each kind of fault once. Of each pair of processes, one stays. */

test('whatever happens to one process, every request is answered correctly, once and in time', async () => {
  const history = await runChaos({
    seed: 3,
    perSecond: 200,
    timeoutMs: 10_000,
    faults: { ...singleFaults, goneMs: { least: 0, most: 200 } },
    calmRequests: 100,
    built: true,
    isOver: (rounds) => rounds === 1,
  });
  const { total, objections } = check(history.entries);
  expect(objections).toEqual([]);
  expect(total).toMatchObject({ faults: 12, answered: total.requests, failed: {}, wrong: 0, twice: 0 });
  // The table counts a request for the first fault that touched it, so a short fault may have none there.
  const requests = [...requestsOf(history.entries).values()];
  for (const { fromMs, toMs, kind } of ofType(history.entries, 'fault')) {
    const during = requests.filter(
      ({ dueMs, settlements }) => dueMs <= toMs && (settlements[0]?.settledMs ?? 0) >= fromMs,
    );
    expect(during.length, kind).toBeGreaterThan(0);
  }
});
