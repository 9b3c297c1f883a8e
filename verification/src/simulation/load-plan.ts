import type { Chance } from '@cateto/simulation';
import type { Mode, Scenario } from './scenario.ts';
import { overloadMs, slotsOf } from './work.ts';

/** The deadline of a request where no work takes time. */
export const quietTimeoutMs = 1_000;
/** The deadlines of the requests, by mode; where work takes time, the scenario has one. */
const timeoutsMs: Readonly<Partial<Record<Mode, readonly number[]>>> = {
  'one-at-a-time': [10_000],
  failovers: [10_000],
  fatal: [1_000, 5_000],
  any: [60, 250, 1_000, 5_000],
};

export function timeoutsOf({ mode, work }: Scenario): readonly number[] {
  return timeoutsMs[mode] ?? [work?.timeoutMs ?? quietTimeoutMs];
}

/** When the overload is over. */
export function loadedUntilMs({ work }: Scenario): number {
  return work?.overloadFromMs === undefined ? 0 : work.overloadFromMs + overloadMs;
}

/** Two calls each, and twice as many as can be computed. */
export function overloadOf({ work, clients, opServers }: Scenario, chance: Chance): { client: number; atMs: number }[] {
  const { overloadFromMs, evenMs = 0 } = work ?? {};
  if (work === undefined || overloadFromMs === undefined) return [];
  const eachMs = evenMs / slotsOf(work, opServers.length);
  const found = [];
  for (let atMs = overloadFromMs; atMs < overloadFromMs + overloadMs; atMs += 2 * eachMs * chance.share()) {
    found.push({ client: found.length % clients, atMs });
  }
  return found;
}
