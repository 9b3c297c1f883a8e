import type { LinkEvents, Platform } from '../link/link.ts';
import { createBreakReport } from './break-report.ts';
import type { OnEvent } from './events.ts';

/**
 * Reports brokers that cannot be reached, with the cause. The first report comes after five seconds, because programs
 * start in any order and a replaced broker is back soon. Further reports come once a minute, and when the broker is
 * reached again. Keys that differ are reported at once, and for one port of a host.
 */
export interface ReachReport {
  /** For the link of the participant. */
  readonly events: Required<Pick<LinkEvents, 'dialled' | 'broken'>>;
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
  /** When keys that differ were reported last, by host. */
  const keysTold = new Map<string, number>();

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

  function keysDiffer(broker: string, fault: string): void {
    const nowMs = platform.nowMs();
    const known = missing.get(broker) ?? { fault, sinceMs: nowMs, toldMs: undefined };
    missing.set(broker, known);
    known.fault = fault;
    const host = hostOf(broker);
    if (nowMs < (keysTold.get(host) ?? Number.NEGATIVE_INFINITY) + againAfterMs) return;
    keysTold.set(host, nowMs);
    known.toldMs = nowMs;
    onEvent({ event: 'keys-differ', broker, cause: fault });
  }

  function reached(broker: string): void {
    const known = missing.get(broker);
    missing.delete(broker);
    if (known?.toldMs === undefined) return;
    onEvent({ event: 'broker-reached', broker, afterMs: Math.round(platform.nowMs() - known.sinceMs) });
  }

  return {
    events: {
      dialled(broker, fault, keys) {
        if (fault === undefined) reached(broker);
        else if (keys === true) keysDiffer(broker, fault);
        else failed(broker, fault);
      },
      broken: createBreakReport(platform, onEvent).broken,
    },
    unreached() {
      // Both ports of a broker have the same keys.
      const said = new Set<string>();
      return [...missing].flatMap(([broker, { fault }]) => {
        const once = `${hostOf(broker)} ${fault}`;
        if (said.has(once)) return [];
        said.add(once);
        return [`${broker}: ${fault}`];
      });
    },
  };
}

/** Reports that the keys differ, and nothing else: for a link beside that of a participant that reports the rest. */
export function reportKeys(platform: Pick<Platform, 'nowMs'>, onEvent: OnEvent): Pick<LinkEvents, 'dialled'> {
  const keysOnly: OnEvent = (event) => {
    if (event.event === 'keys-differ') onEvent(event);
  };
  return { dialled: createReachReport(platform, keysOnly).events.dialled };
}

function hostOf(broker: string): string {
  return broker.slice(0, broker.lastIndexOf(':'));
}
