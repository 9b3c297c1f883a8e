import type { SimulatedNetwork } from '@cateto/simulation';
import type { History, Reach } from './history.ts';
import type { Member, System } from './system.ts';
import { isBrokerName } from './system.ts';

/** Facts that only regular samples show: which processes are connected to each other, and the sizes of tables. */
export interface Samples {
  /** Call this every `reachEveryMs` (liveness-checks.ts). */
  take(): void;
}

export function createSamples(
  system: System,
  network: SimulatedNetwork,
  members: ReadonlyMap<string, Member>,
  history: History,
): Samples {
  /** The connections in the last sample. */
  let reaches = new Map<string, Reach>();
  const brokers = system.names.filter(isBrokerName);

  function isActive(broker: string): boolean {
    const number = members.get(broker)?.number;
    return history.brokers.findLast(({ process }) => process === number)?.state === 'active';
  }

  function isSlow(name: string): boolean {
    const nowMs = network.nowMs();
    return history.faults.some(
      ({ kind, target, fromMs, toMs }) => kind === 'slow' && target === name && fromMs <= nowMs && nowMs <= toMs,
    );
  }

  function takeReaches(): void {
    const nowMs = network.nowMs();
    const now = new Map<string, Reach>();
    for (const broker of brokers) {
      if (!isActive(broker) || isSlow(broker)) continue;
      const linked = (name: string): boolean => network.isLinked(name, broker) && !isSlow(name);
      const calcServers = system.calcServers.filter(linked);
      for (const client of calcServers.length === 0 ? [] : system.clients.filter(linked)) {
        for (const calcServer of calcServers) {
          // A new process in the same place counts as another one.
          const key = [broker, calcServer, client].map((name) => members.get(name)?.number).join();
          const before = reaches.get(key);
          const reach = before ?? { client, broker, calcServer, fromMs: nowMs, toMs: nowMs };
          if (before === undefined) history.reaches.push(reach);
          reach.toMs = nowMs;
          now.set(key, reach);
        }
      }
    }
    reaches = now;
  }

  function takeTables(): void {
    for (const member of members.values()) {
      if (member.process.state() === 'ended') continue;
      for (const [name, entries] of Object.entries(member.tables())) {
        history.tables.set(name, Math.max(entries, history.tables.get(name) ?? 0));
      }
    }
  }

  return {
    take() {
      takeReaches();
      takeTables();
    },
  };
}

/**
 * The entries that a process still holds when everything has come to rest and everything remembered is old.
 *
 * @param listed how many servers and brokers run; each process should know all of them, brokers by their events
 */
export function leftOverOf(name: string, member: Member, listed: number): string[] {
  return Object.entries(member.tables()).flatMap(([table, entries]) => {
    // Forgotten with the next request, and none arrives.
    if (table === 'requesters') return [];
    const due = table === 'listeners' ? listed : 0;
    return entries === due ? [] : [`${name}: ${entries} ${table}, not ${due}`];
  });
}
