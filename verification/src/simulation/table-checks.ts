import { limits } from '@cateto/contracts';
import type { Violation } from './violation.ts';
import type { History } from './history.ts';

/** What each table may hold at most, of one process. */
const entriesMax = (): Readonly<Record<string, number>> => ({
  open: limits.heldRequestsMax,
  'in flight': limits.requestsInFlightMax,
  // Twice what a server admits: join.ts.
  incomplete: 20_000,
  // Calls of the formulas that run: as many as lanes are possible for each.
  fallbacks: limits.lanesMax * limits.requestsInFlightMax,
  remembered: limits.rememberedMax,
  requesters: limits.requestersMax,
  listeners: limits.listenersMax,
});

/** No table exceeds its bound, and when everything has come to rest nothing is left in any. */
export function checkTables({ tables, leftOver, endMs }: History): Violation[] {
  const bounds = entriesMax();
  const found = leftOver.map((what) => ({ atMs: endMs, what: `left over at the end: ${what}` }));
  for (const [name, most] of tables) {
    const bound = bounds[name];
    if (bound === undefined) found.push({ atMs: endMs, what: `nobody knows how large ${name} may be` });
    else if (most > bound) found.push({ atMs: endMs, what: `${name} held ${most}, and ${bound} are allowed` });
  }
  return found;
}
