import type { OnEvent } from './events.ts';
import type { Platform } from '../link/link.ts';

/**
 * Reports servers that start or stop listening on the routes that this participant uses. If several routes of one
 * server change in one turn, there is one event.
 */
export interface ListenerReport {
  interestedIn(route: string): void;
  changed(event: 'listener-up' | 'listener-down', route: string, address: string): void;
}

export function createListenerReport(platform: Platform, onEvent: OnEvent): ListenerReport {
  const interesting = new Set<string>();
  let pending = new Map<string, { event: 'listener-up' | 'listener-down'; address: string; routes: string[] }>();

  function report(): void {
    const changes = pending;
    pending = new Map();
    for (const change of changes.values()) onEvent(change);
  }

  return {
    interestedIn: (route) => void interesting.add(route),
    changed(event, route, address) {
      if (!interesting.has(route)) return;
      if (pending.size === 0) platform.afterTurn(report);
      const change = pending.get(`${event} ${address}`);
      if (change === undefined) pending.set(`${event} ${address}`, { event, address, routes: [route] });
      else change.routes.push(route);
    },
  };
}
