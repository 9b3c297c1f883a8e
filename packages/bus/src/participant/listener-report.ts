import type { OnEvent } from './events.ts';
import type { Platform } from '../link/link.ts';

/**
 * Reports listeners that come and go, on the routes this participant asks on; what others ask each other is theirs to
 * report. The routes of one server that change in one turn make one event: a server has many.
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
