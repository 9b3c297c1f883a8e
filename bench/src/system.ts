import type { Cluster } from '@cateto/cluster';
import { startCluster } from '@cateto/cluster';
import type { ClientProcess, ToClient } from './client-process.ts';
import { startClient } from './client-process.ts';
import type { Measurement } from './measurement.ts';
import { sum, together } from './measurement.ts';
import type { Usage } from './usage.ts';
import { usageOf } from './usage.ts';

/** A built system with its clients, each in a process of its own. */
export interface MeasuredSystem {
  readonly cluster: Cluster;
  readonly clients: readonly ClientProcess[];
  /** From the start of the first process to the first answer of the first client. */
  readonly firstAnswerMs: number;
  stop(): Promise<void>;
}

export interface Layout {
  readonly opServers?: number;
  readonly calcServers?: number;
  readonly clients?: number;
}

export async function startSystem({ opServers = 2, calcServers = 1, clients = 1 }: Layout): Promise<MeasuredSystem> {
  const startMs = performance.now();
  const cluster = await startCluster({ built: true, opServers, calcServers });
  const started = [await startClient(cluster.brokers)];
  const firstAnswerMs = performance.now() - startMs;
  started.push(...(await Promise.all(Array.from({ length: clients - 1 }, () => startClient(cluster.brokers)))));
  return {
    cluster,
    clients: started,
    firstAnswerMs,
    async stop() {
      await Promise.all(started.map((client) => client.stop()));
      await cluster.stop();
    },
  };
}

export interface Run {
  readonly suite: string;
  readonly load: string;
  readonly round: number;
  /** What each client does; its share of the load. */
  readonly each: ToClient;
  /** Happens meanwhile. */
  readonly during?: () => Promise<void>;
}

export async function measure(
  { cluster, clients }: MeasuredSystem,
  { suite, load, round, each, during }: Run,
): Promise<Measurement> {
  const before = usages(cluster, clients);
  const [results] = await Promise.all([Promise.all(clients.map((client) => client.run(each))), during?.()]);
  const after = usages(cluster, clients);
  const { answered, wrong, failed, gapMs, latency } = together(results);
  const ms = (percentile: number): number => latency.getValueAtPercentile(percentile) / 1_000;
  const used = [...after].map(([name, { cpuUs }]) => [name, (cpuUs - (before.get(name)?.cpuUs ?? 0)) / answered]);
  return {
    suite,
    load,
    round,
    perSecond: (answered * 1_000) / each.ms,
    answered,
    wrong,
    failed,
    p50Ms: ms(50),
    p99Ms: ms(99),
    p999Ms: ms(99.9),
    longestMs: latency.maxValue / 1_000,
    gapMs,
    cpuUs: Object.fromEntries(used) as Record<string, number>,
    residentMiB: Object.fromEntries([...after].map(([name, { residentMiB }]) => [name, residentMiB])),
  };
}

/** By role: what several of one role use is added up. A process that is gone counts no more. */
function usages(cluster: Cluster, clients: readonly ClientProcess[]): Map<string, Usage> {
  const pids = [
    ...cluster.plans.map(({ name }) => [name.replace(/-\d+$/, ''), cluster.get(name).pid] as const),
    ...clients.map(({ pid }) => ['client', pid] as const),
  ];
  const byRole = new Map<string, number[]>();
  for (const [role, pid] of pids) byRole.set(role, [...(byRole.get(role) ?? []), pid]);
  return new Map(
    [...byRole].map(([role, ofRole]): [string, Usage] => {
      const all = ofRole.map(alive);
      return [
        role,
        { cpuUs: sum(all.map(({ cpuUs }) => cpuUs)), residentMiB: sum(all.map(({ residentMiB }) => residentMiB)) },
      ];
    }),
  );
}

function alive(pid: number): Usage {
  try {
    return usageOf(pid);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) {
      return { cpuUs: 0, residentMiB: 0 };
    }
    throw error;
  }
}
