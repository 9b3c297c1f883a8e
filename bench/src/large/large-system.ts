import { startCluster } from '@cateto/cluster';
import { builtProgram } from '../programs.ts';
import type { LargeClient } from './client-process.ts';
import { startLargeClient } from './client-process.ts';

/* The system of the suite `large`, each participant in a process of its own. */

export interface LargeSystem {
  /** The client of the large values. */
  readonly large: LargeClient;
  /** Clients of small requests, by the servers to which they go. */
  readonly small: Readonly<Record<'shared' | 'others', LargeClient>>;
  /** The HTTP endpoints of the processes that large values pass. */
  readonly endpoints: readonly string[];
  stop(): Promise<void>;
}

const anyPorts = { host: '127.0.0.1', port: 0 };

/** Two brokers; a calc-server and two op-servers for large values, and as many for the calculator. */
export async function startLargeSystem(): Promise<LargeSystem> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.toReversed()) await close();
  };
  try {
    const environment = { CATETO_CATALOGUE: builtProgram('large/module') };
    const cluster = await startCluster({ built: true, environment, http: anyPorts });
    closing.push(() => cluster.stop());
    const { brokers } = cluster;
    const initially = ['op-server-1', 'op-server-2', 'calc-server'];
    const others = await startCluster({ built: true, brokers, initially });
    closing.push(() => others.stop());
    await Promise.all([cluster.ready(), others.ready()]);
    const client = async (asks: 'shared' | 'others', sends: 'small' | 'large'): Promise<LargeClient> => {
      const started = await startLargeClient(brokers, asks, sends);
      closing.push(() => started.stop());
      return started;
    };
    return {
      large: await client('shared', 'large'),
      small: { shared: await client('shared', 'small'), others: await client('others', 'small') },
      endpoints: await Promise.all(
        cluster.plans.map(async ({ name }) => String((await cluster.get(name).waitFor('http-listening'))['url'])),
      ),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
