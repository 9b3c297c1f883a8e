import type { OnEvent } from './events.ts';
import type { Platform } from '../link/link.ts';

/**
 * Reports servers that start or stop listening on the routes that this participant uses. If several routes of one
 * server change in one turn, there is one event. Peers that come and go by the thousand are counted instead.
 */
export interface ListenerReport {
  interestedIn(route: string): void;
  /** @param ended whether the process of the server is known to have ended */
  changed(event: 'listener-up' | 'listener-down', route: string, address: string, ended?: boolean): void;
  /** Reports what was counted and not reported yet. */
  close(): void;
}

interface Change {
  readonly event: 'listener-up' | 'listener-down';
  readonly address: string;
  readonly routes: string[];
  readonly ended?: true;
}

/** Events of a second. A large system that starts at once stays below it. */
const eventsMax = 256;
const secondMs = 1_000;

export function createListenerReport(platform: Platform, onEvent: OnEvent): ListenerReport {
  const interesting = new Set<string>();
  let pending = new Map<string, Change>();
  /** Events of this second. */
  let reported = 0;
  /** Changes of this second without an event of their own. */
  let unreported = 0;
  let cancel: (() => void) | undefined;

  function report(): void {
    const changes = pending;
    pending = new Map();
    if (changes.size === 0) return;
    for (const change of changes.values()) {
      if (reported >= eventsMax) {
        unreported += 1;
        continue;
      }
      reported += 1;
      onEvent(change);
    }
    cancel ??= platform.after(secondMs, nextSecond);
  }

  function nextSecond(): void {
    cancel = undefined;
    reported = 0;
    if (unreported === 0) return;
    onEvent({ event: 'listeners-changed', count: unreported });
    unreported = 0;
  }

  return {
    interestedIn: (route) => void interesting.add(route),
    changed(event, route, address, ended = false) {
      if (!interesting.has(route)) return;
      if (pending.size === 0) platform.afterTurn(report);
      const change = pending.get(`${event} ${address}`);
      if (change === undefined)
        pending.set(`${event} ${address}`, { event, address, routes: [route], ...(ended ? { ended } : {}) });
      else change.routes.push(route);
    },
    close() {
      pending.clear();
      cancel?.();
      nextSecond();
    },
  };
}
