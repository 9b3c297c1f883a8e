import { hearBrokers } from '@cateto/bus/node';
import type { AppProcess, Cluster, LogEvent } from '@cateto/cluster';
import { endpointsOf } from '@cateto/verification/support/endpoints.ts';

export interface BrokerPair {
  readonly active: AppProcess;
  readonly standby: AppProcess;
  /** The epoch of the active broker. */
  readonly epoch: number;
}

const beatWaitMs = 1_000;

/**
 * Finds out which broker is active: on a machine that stood still they may have changed places since the start. Also
 * waits until every listener is linked to both brokers, so that one can take over from the other without a fallback.
 * Right after its start, a backup does not know all of them.
 */
export async function brokerPair(cluster: Cluster): Promise<BrokerPair> {
  const endpoints = endpointsOf(cluster.brokers);
  const [broker, backup] = [cluster.get('broker'), cluster.get('backup')];
  for (;;) {
    const [one, other] = (await hearBrokers(endpoints, beatWaitMs)).map(({ beat }) => beat);
    if (one === undefined || other === undefined) continue;
    // Right after the start a standby may not have heard yet that the other broker is active. It then knows no epoch.
    if (one.epoch !== other.epoch || one.counters['requests'] !== other.counters['requests']) continue;
    const { epoch } = one;
    if (one.state === 'active' && other.state === 'standby') return { active: broker, standby: backup, epoch };
    if (one.state === 'standby' && other.state === 'active') return { active: backup, standby: broker, epoch };
  }
}

/** The next event of a kind, from now on. */
export function next(process: AppProcess, event: string): Promise<LogEvent> {
  const before = process.events.length;
  return process.waitFor(event, (logged) => process.events.indexOf(logged) >= before);
}
