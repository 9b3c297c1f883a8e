import type { ServerView } from '@cateto/sdk';
import { bounded } from '../server/bounded.ts';
import type { ServerState } from '../shared/state.ts';
import type { Latencies } from './latencies.ts';
import type { Names } from './names.ts';

/** Turns the reports of servers into rows for the pages. Rates come from the difference of two reports. */
export function createServerStates(latencies: Latencies, names: Names) {
  const before = new Map<string, { readonly answered: number; readonly atMs: number }>();

  function rateOf({ address, answered }: ServerView, atMs: number): number {
    const last = before.get(address);
    before.set(address, { answered, atMs });
    if (last === undefined || atMs <= last.atMs) return 0;
    return Math.max(0, ((answered - last.answered) * 1_000) / (atMs - last.atMs));
  }

  return (servers: readonly ServerView[], atMs: number, fallbacksOf: (address: string) => number): ServerState[] => {
    const present = new Set(servers.map(({ address }) => address));
    for (const address of before.keys()) if (!present.has(address)) before.delete(address);
    const states = servers.map((server): ServerState => {
      const { address, role, host, pid, version, serves, inFlight, queued, slots, errors } = server;
      return {
        address,
        name: names.of(address),
        role,
        host: bounded(host, 64),
        pid,
        version: version === undefined ? undefined : bounded(version, 32),
        ...servedBy(serves),
        inFlight,
        queued,
        slots,
        errors,
        answersPerSecond: rateOf(server, atMs),
        p50Ms: latencies.of(address, 0.5),
        p99Ms: latencies.of(address, 0.99),
        fallbacks: fallbacksOf(address),
      };
    });
    return states.toSorted((a, b) => a.role.localeCompare(b.role) || a.name.localeCompare(b.name));
  };
}

const servesShown = 64;

/** `square.1` is an operation on a lane, `hypotenuse` a formula. */
function servedBy(routes: readonly string[]): Pick<ServerState, 'serves' | 'lanes'> {
  const parts = routes.map((route) => route.split('.'));
  const serves = [...new Set(parts.map(([name = '']) => bounded(name, 32)))];
  const lanes = [...new Set(parts.map(([, lane]) => Number(lane)))].filter((lane) => lane >= 1 && lane <= 8);
  return { serves: serves.slice(0, servesShown), lanes: lanes.toSorted((a, b) => a - b) };
}
