import { eventText } from '@cateto/app-kit';
import type { ClusterConsoleParts, LogEvent } from '@cateto/cluster';
import type { EventSource } from '../observed/event-source.ts';
import { bounded } from '../server/bounded.ts';
import type { Level, SystemEvent } from '../shared/state.ts';

const levels: ReadonlySet<string> = new Set<Level>(['debug', 'info', 'warn', 'error']);
const names: Readonly<Record<string, string>> = { broker: 'primary broker', backup: 'backup broker' };

/** A name of the cluster as the console shows it. */
export function shownName(process: string): string {
  return names[process] ?? process;
}

export interface ClusterEvents extends EventSource {
  /** Adds the action of a person on a process. */
  acted(name: string, event: string): void;
}

/** The events from the logs of the processes. They are exact, and include those before the console was opened. */
export function clusterEvents({ cluster, feed }: Pick<ClusterConsoleParts, 'cluster' | 'feed'>): ClusterEvents {
  let tell: ((event: SystemEvent) => void) | undefined;
  /** The processes by their address on the bus, as they logged it. */
  const byAddress = new Map<string, string>();

  function told(name: string, logged: LogEvent): SystemEvent {
    const { event, address } = logged;
    if (event === 'ready' && typeof address === 'string') byAddress.set(address, name);
    const server = event.startsWith('listener-') && typeof address === 'string' ? byAddress.get(address) : undefined;
    return systemEvent(name, server === undefined ? logged : { ...logged, address: server });
  }

  return {
    acted(name, event) {
      const process = shownName(name);
      tell?.({ atMs: Date.now(), process, event, level: 'warn', text: 'on the page of the console', epoch: undefined });
    },
    start(onEvent) {
      tell = onEvent;
      const past = cluster.plans.flatMap(({ name }) => cluster.get(name).events.map((logged) => ({ name, logged })));
      for (const { name, logged } of past.toSorted((a, b) => a.logged.time.localeCompare(b.logged.time)))
        onEvent(told(name, logged));
      const stop = feed.listen((name, logged) => onEvent(told(name, logged)));
      return { close: () => Promise.resolve(stop()) };
    },
  };
}

export function systemEvent(process: string, logged: LogEvent): SystemEvent {
  const { event, time, level, epoch } = logged;
  const given = Object.entries(logged).filter(([, value]) => value !== undefined);
  return {
    atMs: Date.parse(time),
    process: shownName(process),
    event: bounded(event, 64),
    level: levels.has(level) ? (level as Level) : 'info',
    text: bounded(eventText(Object.fromEntries(given)).slice(event.length).trim(), 400),
    epoch: typeof epoch === 'number' ? epoch : undefined,
  };
}
