import type { Violation } from './check.ts';
import type { History } from './history.ts';

/**
 * Work that takes time is computed once for each time that it was planned, however long it takes, as long as nothing goes wrong; and
 * once more for each fault that came while it was open. (A calc-server that is lost takes its formula's calls along: they are
 * planned anew.)
 */
export function checkWork({ ran, planned, faults, brokers, fellBack }: History): Violation[] {
  const runs = new Map<string, number[]>();
  for (const [key, times] of ran) {
    const [who = '', ...call] = key.split(' ');
    if (!who.startsWith('op-')) continue;
    const all = runs.get(call.join(' ')) ?? [];
    runs.set(call.join(' '), [...all, ...times]);
  }
  const found: Violation[] = [];
  for (const [call, times] of runs) {
    const sorted = times.toSorted((one, other) => one - other);
    const [firstMs = 0, lastMs = 0] = [sorted[0], sorted.at(-1)];
    const disturbances = [
      ...faults,
      // At the start both brokers may be active for a moment: that one steps down is as good as a failover.
      ...brokers.filter(({ state }) => state !== 'stopped').map(({ atMs }) => ({ fromMs: atMs, toMs: atMs })),
    ];
    const meanwhile = disturbances.filter(
      ({ fromMs, toMs }) => fromMs <= lastMs && toMs + recoveredMs >= firstMs,
    ).length;
    const most = (planned.get(call) ?? 0) * (1 + meanwhile);
    const atMs = sorted[most];
    if (atMs === undefined) continue;
    found.push({
      atMs,
      what: `${call} was computed ${times.length} times, planned ${planned.get(call) ?? 0}, with ${meanwhile} faults`,
    });
  }
  if (faults.length > 0) return found;
  return [...found, ...fellBack.map(({ who, atMs }) => ({ atMs, what: `${who} fell back though nothing was wrong` }))];
}

/** Until everybody has heard of everybody again: two op-servers may be known to one of two. */
const recoveredMs = 5_000;
