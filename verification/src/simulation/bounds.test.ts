import type * as Contracts from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import { expect, test, vi } from 'vitest';
import { trySeed } from './campaign.ts';
import { checkOutcomes } from './outcome-checks.ts';
import { checkTables } from './table-checks.ts';

/* Bounds so small that every run reaches them; no real run comes near the real ones. */

const small = vi.hoisted(() => ({
  heldRequestsMax: 40,
  requestsInFlightMax: 6,
  requestsPerServerMax: 4,
  rememberedMax: 10,
  requestersMax: 2,
  listenersMax: 3,
}));

vi.mock('@cateto/contracts', async (original) => {
  const real = await original<typeof Contracts>();
  return { ...real, limits: { ...real.limits, ...small } };
});

const seeds = 12;

test('no table exceeds its bound although all of them reach it, and every call has one outcome in time', async () => {
  const most = new Map<string, number>();
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { scenario, history } = await trySeed(seed, 'any');
    // A forgotten entry is left over, or its request runs again: that is the cost of bounds.
    const violations = [...checkOutcomes(scenario, history), ...checkTables({ ...history, leftOver: [] })];
    expect(violations, `seed ${seed}`).toEqual([]);
    for (const [name, entries] of history.tables) most.set(name, Math.max(entries, most.get(name) ?? 0));
  }
  expect(Object.fromEntries(most)).toMatchObject({
    open: limits.heldRequestsMax,
    'in flight': limits.requestsInFlightMax,
    remembered: limits.rememberedMax,
    requesters: limits.requestersMax,
    listeners: limits.listenersMax,
  });
});
