import { limits } from '@cateto/contracts';
import type { Violation } from './violation.ts';
import type { History } from './history.ts';

/** The most entries that each table of one process may have. */
const entriesMax = (): Readonly<Record<string, number>> => ({
  open: limits.heldRequestsMax,
  'in flight': limits.requestsInFlightMax,
  // Twice as many as a server admits: join.ts.
  incomplete: 20_000,
  // The calls of all running formulas: at most as many as there are lanes for each of one round, and those of generators,
  // which wait while more are open.
  fallbacks: limits.lanesMax * limits.requestsInFlightMax + limits.heldRequestsMax / 2,
  'paused formulas': limits.requestsInFlightMax,
  remembered: limits.rememberedMax,
  requesters: limits.requestersMax,
  listeners: limits.listenersMax,
  // Each has at least one chunk.
  'large messages': limits.waitingBytesMax / limits.chunkBytes,
  'incomplete bodies': limits.incompleteBodiesBytesMax / limits.chunkBytes,
});

/** No table exceeds its bound, and nothing is left in any table when everything has come to rest. */
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
