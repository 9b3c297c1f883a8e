import type { ClientState } from '../shared/state.ts';
import type { Names } from './names.ts';
import type { Kept } from './kept.ts';

const withinMs = 60_000;
/** Busier ones first. */
const shownMax = 50;

/** The clients whose requests passed in the last minute. */
export function clientsOf(requests: readonly Kept[], nowMs: number, names: Names): ClientState[] {
  const clients = new Map<string, { seenMs: number; requests: number; open: number }>();
  for (let at = requests.length - 1; at >= 0; at -= 1) {
    const row = requests[at]?.row;
    if (row === undefined || row.startMs < nowMs - withinMs) break;
    const client = clients.get(row.client) ?? { seenMs: row.startMs, requests: 0, open: 0 };
    client.requests += 1;
    if (row.ending === 'open') client.open += 1;
    clients.set(row.client, client);
  }
  return Array.from(clients, ([address, client]) => ({ address, name: names.of(address), ...client }))
    .toSorted((a, b) => b.requests - a.requests)
    .slice(0, shownMax);
}

/** By calc-server, the calls that it computed itself, of the requests that passed in the last minute. */
export function fallbacksByServer(requests: readonly Kept[], nowMs: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let at = requests.length - 1; at >= 0; at -= 1) {
    const row = requests[at]?.row;
    if (row === undefined || row.startMs < nowMs - withinMs) break;
    if (row.server === undefined || row.fallbacks.length === 0) continue;
    counts.set(row.server, (counts.get(row.server) ?? 0) + row.fallbacks.length);
  }
  return counts;
}
