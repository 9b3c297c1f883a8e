import type { AppProcess, Cluster, LogEvent } from '@cateto/cluster';
import type { Calculator } from '@cateto/contracts';
import type { Client } from '@cateto/sdk';

export interface BrokerPair {
  readonly active: AppProcess;
  readonly standby: AppProcess;
  /** The epoch of the active one. */
  readonly epoch: number;
}

/** Which broker is which now: on a machine that stood still they may have changed places since the start. */
export async function brokerPair(cluster: Cluster, client: Client<Calculator>): Promise<BrokerPair> {
  for (;;) {
    const { brokers } = await client.status();
    const [primary, backup] = brokers;
    const both = [cluster.get('broker'), cluster.get('backup')] as const;
    // Right after the start one may be standby and not have heard yet that the other is active: it knows no epoch then.
    if (primary?.epoch !== backup?.epoch) continue;
    if (primary?.state === 'active' && backup?.state === 'standby') {
      return { active: both[0], standby: both[1], epoch: primary.epoch ?? 0 };
    }
    if (primary?.state === 'standby' && backup?.state === 'active') {
      return { active: both[1], standby: both[0], epoch: backup.epoch ?? 0 };
    }
  }
}

/** The next event of a kind, from now on. */
export function next(process: AppProcess, event: string): Promise<LogEvent> {
  const before = process.events.length;
  return process.waitFor(event, (logged) => process.events.indexOf(logged) >= before);
}
