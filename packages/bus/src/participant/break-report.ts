import type { Platform } from '../link/link.ts';
import type { OnEvent } from './events.ts';

/**
 * Reports connections that break again and again, with the cause. A broker that ends breaks each of its connections
 * only once. A third break within a minute points at the link, and is reported. After that, there is one report a
 * minute.
 */
export interface BreakReport {
  /** @param broker its host and port @param cause why a connection that was established is lost */
  broken(broker: string, cause: string): void;
}

interface Broken {
  count: number;
  sinceMs: number;
  toldMs: number;
}

const breaksMin = 3;
const minuteMs = 60_000;

export function createBreakReport(platform: Pick<Platform, 'nowMs'>, onEvent: OnEvent): BreakReport {
  const all = new Map<string, Broken>();

  return {
    broken(broker, cause) {
      const nowMs = platform.nowMs();
      const fresh = { count: 0, sinceMs: nowMs, toldMs: Number.NEGATIVE_INFINITY };
      const one = all.get(broker) ?? fresh;
      all.set(broker, one);
      // Fewer than three breaks a minute are not reported, unless a report is due.
      if (nowMs - one.sinceMs > minuteMs && one.count < breaksMin) Object.assign(one, { count: 0, sinceMs: nowMs });
      one.count += 1;
      if (one.count < breaksMin || nowMs - one.toldMs < minuteMs) return;
      onEvent({ event: 'link-unstable', broker, cause, count: one.count, forMs: Math.round(nowMs - one.sinceMs) });
      Object.assign(one, { count: 0, sinceMs: nowMs, toldMs: nowMs });
    },
  };
}
