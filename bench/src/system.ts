import type { Cluster } from '@cateto/cluster';
import { keysForThisRun, keyVariables, startCluster, startProcess } from '@cateto/cluster';
import type { ClientProcess, ToClient } from './client-process.ts';
import { startClient } from './client-process.ts';
import type { Measurement } from './measurement.ts';
import { sum, together } from './measurement.ts';
import { benchFolder, builtProgram } from './programs.ts';
import type { Usage } from './usage.ts';
import { usageOf } from './usage.ts';

/** A built system with its clients, each in a process of its own. */
export interface MeasuredSystem {
  readonly brokers: string;
  readonly clients: readonly ClientProcess[];
  /** From the start of the first process to the first answer of the first client. */
  readonly firstAnswerMs: number;
  /** The HTTP endpoints of the processes, where they have one. */
  endpoints(): Promise<readonly string[]>;
  /** Every measured process, with the role under which its processor time and memory count. */
  readonly processes: readonly MeasuredProcess[];
  kill(name: string, signal: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

export interface MeasuredProcess {
  readonly role: string;
  readonly pid: number;
}

export interface Layout {
  readonly opServers?: number;
  readonly calcServers?: number;
  readonly clients?: number;
  /** Whether every process has a key; none by default. */
  readonly keys?: boolean;
  /** Whether every process of the system opens its HTTP endpoint; none by default. */
  readonly http?: boolean;
  /** Unless it is the calculator's, the servers load the module to which it belongs. */
  readonly question?: 'hypotenuse' | 'once' | 'thousandfold';
}

const timeoutMs = 10_000;
const anyPorts = { host: '127.0.0.1', port: 0 };

export async function startSystem({
  opServers = 2,
  calcServers = 1,
  clients = 1,
  keys: withKeys = false,
  http: withHttp = false,
  question = 'hypotenuse',
}: Layout): Promise<MeasuredSystem> {
  const startMs = performance.now();
  const environment = question === 'hypotenuse' ? {} : { CATETO_CATALOGUE: builtProgram('map-module') };
  const keys = withKeys ? keysForThisRun() : undefined;
  const cluster = await startCluster({
    built: true,
    opServers,
    calcServers,
    environment,
    keys,
    http: withHttp ? anyPorts : undefined,
  });
  const { brokers } = cluster;
  const settings = keys === undefined ? {} : keyVariables(keys, 'client');
  const start = (): Promise<ClientProcess> => startClient({ brokers, question, timeoutMs, settings });
  const started = [await start()];
  const firstAnswerMs = performance.now() - startMs;
  started.push(...(await Promise.all(Array.from({ length: clients - 1 }, start))));
  return measured(cluster, started, firstAnswerMs);
}

function measured(
  cluster: Cluster,
  clients: readonly ClientProcess[],
  firstAnswerMs: number,
  more: readonly MeasuredProcess[] = [],
): MeasuredSystem {
  return {
    brokers: cluster.brokers,
    clients,
    firstAnswerMs,
    processes: [
      ...cluster.plans.map(({ name }) => ({ role: name.replace(/-\d+$/, ''), pid: cluster.get(name).pid })),
      ...more,
      ...clients.map(({ pid }) => ({ role: 'client', pid })),
    ],
    endpoints: () =>
      Promise.all(
        cluster.plans.map(async ({ name }) => String((await cluster.get(name).waitFor('http-listening'))['url'])),
      ),
    kill: (name, signal) => cluster.kill(name, signal),
    async stop() {
      await Promise.all(clients.map((client) => client.stop()));
      await cluster.stop();
    },
  };
}

export interface SlowLayout {
  readonly opServers: number;
  readonly clients: number;
  /** The time of the operation, in which its thread does nothing else. */
  readonly takesMs: number;
  readonly timeoutMs: number;
}

/** A system whose operation takes a fixed time, so that the op-servers limit it. */
export async function startSlowSystem({ opServers, clients, takesMs, ...asked }: SlowLayout): Promise<MeasuredSystem> {
  const startMs = performance.now();
  const cluster = await startCluster({ built: true, opServers: 0, calcServers: 0 });
  const { brokers } = cluster;
  const server = (role: string, serves: string) => {
    const args = [builtProgram('slow-server'), serves, String(takesMs), '--brokers', brokers, '--log', 'json'];
    return { role, ...startProcess({ name: role, cwd: benchFolder, args }) };
  };
  const servers = [
    ...Array.from({ length: opServers }, () => server('op-server', 'operations')),
    server('calc-server', 'formulas'),
  ];
  await Promise.all(servers.map((one) => one.waitFor('ready')));
  const start = (): Promise<ClientProcess> => startClient({ brokers, question: 'patience', ...asked });
  const started = await Promise.all(Array.from({ length: clients }, start));
  const system = measured(cluster, started, performance.now() - startMs, servers);
  return {
    ...system,
    async stop() {
      for (const one of servers) one.kill('SIGTERM');
      await Promise.all(servers.map(({ ended }) => ended));
      await system.stop();
    },
  };
}

export interface Run {
  readonly suite: string;
  readonly load: string;
  readonly round: number;
  /** The load of each client: its share of the whole load. */
  readonly each: ToClient;
  /** Runs meanwhile. */
  readonly during?: () => Promise<void>;
}

export async function measure(
  { processes, clients }: MeasuredSystem,
  { suite, load, round, each, during }: Run,
): Promise<Measurement> {
  const before = usages(processes);
  const [results] = await Promise.all([Promise.all(clients.map((client) => client.run(each))), during?.()]);
  const after = usages(processes);
  const { answered, wrong, failed, gapMs, latency, failedAfter, eachSecond } = together(results);
  const ms = (percentile: number): number => latency.getValueAtPercentile(percentile) / 1_000;
  const roles = byRole(after);
  return {
    suite,
    load,
    round,
    perSecond: (sum(eachSecond) * 1_000) / each.ms,
    eachSecond,
    answered,
    wrong,
    failed,
    p50Ms: ms(50),
    p90Ms: ms(90),
    p99Ms: ms(99),
    p999Ms: ms(99.9),
    longestMs: latency.maxValue / 1_000,
    gapMs,
    failedAfterP99Ms: failedAfter.getValueAtPercentile(99) / 1_000,
    failedAfterLongestMs: failedAfter.maxValue / 1_000,
    cpuUs: eachRole(
      roles,
      (all) => sum(all.map(({ pid, cpuUs }) => cpuUs - (before.get(pid)?.cpuUs ?? 0))) / Math.max(1, answered),
    ),
    residentMiB: eachRole(roles, (all) => sum(all.map(({ residentMiB }) => residentMiB))),
    residentEachMiB: eachRole(roles, (all) => sum(all.map(({ residentMiB }) => residentMiB)) / all.length),
  };
}

type Used = MeasuredProcess & Usage;

/** The usage of each living process so far. */
function usages(processes: readonly MeasuredProcess[]): Map<number, Used> {
  const used = new Map<number, Used>();
  for (const one of processes) {
    const usage = usageIfAlive(one.pid);
    if (usage !== undefined) used.set(one.pid, { ...one, ...usage });
  }
  return used;
}

function usageIfAlive(pid: number): Usage | undefined {
  try {
    return usageOf(pid);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}

function byRole(used: ReadonlyMap<number, Used>): ReadonlyMap<string, readonly Used[]> {
  const roles = new Map<string, Used[]>();
  for (const one of used.values()) roles.set(one.role, [...(roles.get(one.role) ?? []), one]);
  return roles;
}

function eachRole(
  roles: ReadonlyMap<string, readonly Used[]>,
  take: (all: readonly Used[]) => number,
): Record<string, number> {
  return Object.fromEntries([...roles].map(([role, all]) => [role, take(all)]));
}
