import { loadCatalogue } from '@cateto/app-kit';
import type { ClusterConsole, ClusterConsoleParts } from '@cateto/cluster';
import { calculator } from '@cateto/contracts';
import { connect } from '@cateto/sdk';
import { accessAt, defaultAddress, parseAddress } from '../console-address.ts';
import { openConsole } from '../open-console.ts';
import { pageFolder } from '../page-folder.ts';
import { clusterControl } from './cluster-control.ts';
import { clusterEvents } from './cluster-events.ts';

/** Opens the console of a cluster that this process runs. */
export async function openClusterConsole(parts: ClusterConsoleParts): Promise<ClusterConsole> {
  const { cluster, address = parseAddress(defaultAddress) } = parts;
  const { catalogue } = await loadCatalogue(parts.catalogue, () => Promise.resolve({ catalogue: calculator }));
  const events = clusterEvents(parts);
  return openConsole({
    address,
    ...accessAt(address, false),
    page: pageFolder(),
    events,
    processes: clusterControl({ ...parts, onAction: events.acted }),
    nameOfProcess: (pid) => cluster.plans.find(({ name }) => cluster.get(name).pid === pid)?.name,
    connect: (onEvent) => connect({ catalogue, brokers: cluster.brokers, ...parts.keys, onEvent }),
  });
}
