import type { Cluster, ClusterOptions } from '@cateto/cluster';
import { startCluster } from '@cateto/cluster';
import type { Calculator } from '@cateto/contracts';
import type { Client } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import { onTestFinished } from 'vitest';

export { settled } from '@cateto/verification/support/settled.ts';

/**
 * Real processes of the built programs for one test, which end with it. By default all processes start, and the primary
 * is the active broker.
 */
export async function system(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await startCluster({ built: true, initially: ['broker'], ...options });
  onTestFinished(() => cluster.stop(), 30_000);
  if (options.initially !== undefined) return cluster;
  // If they started together, the first one that is ready would become active.
  await cluster.get('broker').waitFor('active');
  for (const { name } of cluster.plans) if (name !== 'broker') cluster.start(name);
  return cluster;
}

/**
 * A client of a system, closed when the test ends. Its timeout is long because a server with threads took more than ten
 * seconds to start at a load of 30.
 */
export async function clientOf(cluster: { readonly brokers: string }, timeoutMs = 60_000): Promise<Client<Calculator>> {
  const client = await connect({ brokers: cluster.brokers, timeoutMs });
  onTestFinished(() => client.close());
  return client;
}
