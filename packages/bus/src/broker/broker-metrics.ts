import type { BrokerMetrics } from '@cateto/contracts';
import type { Failover } from '@cateto/protocol';
import type { BrokerLink } from '../link/broker-link.ts';
import type { WordCounts } from '../metrics/counts.ts';
import { createCounts } from '../metrics/counts.ts';
import type { ThrottledCounter } from '../participant/throttled-counter.ts';
import type { Forwarding } from './forwarding.ts';

/* The numbers of a broker. */

/** Counted as they happen; everything else is known to the parts of the broker. */
export interface BrokerCounts {
  readonly takeovers: WordCounts;
  readonly stepDowns: WordCounts;
  /** When the other broker's last beat arrived. */
  peerBeatMs: number | undefined;
}

export function createBrokerCounts(): BrokerCounts {
  return { takeovers: createCounts(), stepDowns: createCounts(), peerBeatMs: undefined };
}

export interface BrokerNumbers {
  readonly counts: BrokerCounts;
  readonly failover: Pick<Failover, 'state' | 'epoch'>;
  readonly forwarding: Pick<Forwarding, 'counters' | 'forwardedBytes'>;
  readonly link: Pick<BrokerLink, 'load'>;
  readonly dropped: Pick<ThrottledCounter, 'causes'>;
}

export function brokerMetrics(of: BrokerNumbers, nowMs: number): BrokerMetrics {
  const { counts, failover, forwarding, link, dropped } = of;
  const { forwarded = 0, requests = 0, prefixes = 0, refused = 0 } = forwarding.counters();
  const { publishers, subscribers, unsentBytes } = link.load();
  return {
    role: 'broker',
    state: failover.state(),
    epoch: failover.epoch(),
    takeovers: counts.takeovers.all(),
    stepDowns: counts.stepDowns.all(),
    forwarded,
    forwardedBytes: forwarding.forwardedBytes(),
    dropped: dropped.causes(),
    connections: { publisher: publishers, subscriber: subscribers },
    subscriptions: { request: requests, prefix: prefixes },
    subscriptionsRefused: refused,
    unsentBytes,
    peerBeatAgeMs: counts.peerBeatMs === undefined ? undefined : nowMs - counts.peerBeatMs,
  };
}
