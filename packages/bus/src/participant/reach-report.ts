import type { Platform } from '../link/link.ts';
import type { OnEvent } from './events.ts';

/**
 * Which brokers cannot be reached, and why. A broker is reported after five seconds, because programs start in any order
 * and a broker that was replaced is back soon; then once a minute, and when it is reached again.
 */
export interface ReachReport {
  /** @param fault why an attempt to connect failed; undefined when the connection was established */
  dialled(broker: string, fault: string | undefined): void;
  /** The brokers that the last attempts did not reach, each with the reason. */
  unreached(): readonly string[];
}

interface Missing {
  fault: string;
  readonly sinceMs: number;
  toldMs: number | undefined;
}

const firstAfterMs = 5_000;
const againAfterMs = 60_000;

export function createReachReport(platform: Pick<Platform, 'nowMs'>, onEvent: OnEvent): ReachReport {
  const missing = new Map<string, Missing>();

  function failed(broker: string, fault: string): void {
    const nowMs = platform.nowMs();
    const known = missing.get(broker) ?? { fault, sinceMs: nowMs, toldMs: undefined };
    missing.set(broker, known);
    known.fault = fault;
    const dueMs = known.toldMs === undefined ? known.sinceMs + firstAfterMs : known.toldMs + againAfterMs;
    if (nowMs < dueMs) return;
    known.toldMs = nowMs;
    onEvent({ event: 'broker-unreachable', broker, cause: fault, forMs: Math.round(nowMs - known.sinceMs) });
  }

  function reached(broker: string): void {
    const known = missing.get(broker);
    missing.delete(broker);
    if (known?.toldMs === undefined) return;
    onEvent({ event: 'broker-reached', broker, afterMs: Math.round(platform.nowMs() - known.sinceMs) });
  }

  return {
    dialled(broker, fault) {
      if (fault === undefined) reached(broker);
      else failed(broker, fault);
    },
    unreached: () => [...missing].map(([broker, { fault }]) => `${broker}: ${fault}`),
  };
}
