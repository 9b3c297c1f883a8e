import type { AppProcess, Cluster, LogEvent } from '@cateto/cluster';
import { startCluster } from '@cateto/cluster';
import type { Death, Said } from './history.ts';
import { historyNowMs } from './history.ts';

/*
 * The system under test: two brokers, two calc-servers, and four op-servers, two of them on every lane. So any one
 * process can go without anything being missing.
 */

export const calcServers: readonly string[] = ['calc-server-1', 'calc-server-2'];
export const opServers: readonly string[] = ['op-server-1', 'op-server-2', 'op-server-3', 'op-server-4'];
export const brokers: readonly string[] = ['broker', 'backup'];

export interface Plant {
  readonly brokers: string;
  readonly names: readonly string[];
  get(name: string): AppProcess;
  /** Resolves when the process has logged that it is ready, or has ended instead. */
  start(name: string): Promise<void>;
  /**
   * Sends a signal that ends the process, and resolves when it has ended. Any other end of the process counts as a
   * death.
   */
  end(name: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  signal(name: string, signal: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

export interface PlantOptions {
  /** Runs the output of `pnpm build` instead of the sources. */
  readonly built: boolean;
  /** Variables for every process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** More arguments for an op-server, by its index from 0. */
  readonly argumentsOf?: ((opServer: number) => readonly string[]) | undefined;
  record(entry: Death | Said): void;
}

const telling: ReadonlySet<string> = new Set(['active', 'standby', 'fallback', 'message-dropped', 'misconfigured']);

/** Starts the system. Resolves when every process is ready. */
export async function startPlant({
  built,
  environment = {},
  argumentsOf = () => [],
  record,
}: PlantOptions): Promise<Plant> {
  const shape = { opServers: opServers.length, calcServers: calcServers.length };
  const cluster: Cluster = await startCluster({ ...shape, built, environment, initially: [], onEvent });
  const names = cluster.plans.map(({ name }) => name);
  const ending = new Map<AppProcess, 'SIGKILL' | 'SIGTERM'>();
  let stopping = false;

  function moreOf(name: string): readonly string[] {
    const index = opServers.indexOf(name);
    return index < 0 ? [] : argumentsOf(index);
  }

  function onEvent(name: string, { event, time, level: _level, app: _app, ...fields }: LogEvent): void {
    if (telling.has(event)) record({ type: 'said', name, atMs: Date.parse(time), event, fields });
  }

  async function start(name: string): Promise<void> {
    const started = cluster.start(name, [...lanesOf(name), ...moreOf(name)]);
    void started.ended.then((how) => judge(started, how));
    await started.waitFor('ready');
  }

  /** A process that ends instead is a death, which the history records. */
  async function startAnew(name: string): Promise<void> {
    const ready = start(name);
    await Promise.race([cluster.get(name).ended, ready.catch(() => undefined)]);
  }

  function judge(ended: AppProcess, how: number | NodeJS.Signals): void {
    const asked = ending.get(ended);
    ending.delete(ended);
    if (stopping || (asked === 'SIGKILL' && how === 'SIGKILL') || (asked === 'SIGTERM' && how === 0)) return;
    const last = ended.events.findLast(({ level }) => level !== 'info');
    const said = [...ended.complaints, ...(last === undefined ? [] : [JSON.stringify(last)])];
    const why = `ended (${how}) ${asked === undefined ? 'by itself' : `on ${asked}`}`;
    record({ type: 'death', name: ended.name, atMs: historyNowMs(), how: [why, ...said].join(': ') });
  }

  async function stop(): Promise<void> {
    stopping = true;
    await cluster.stop();
  }

  try {
    // The primary first, so that it becomes active.
    await start('broker');
    await Promise.all(names.filter((name) => name !== 'broker').map(start));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    brokers: cluster.brokers,
    names,
    get: cluster.get,
    start: startAnew,
    async end(name, signal) {
      const one = cluster.get(name);
      ending.set(one, signal);
      one.kill(signal);
      await one.ended;
    },
    signal: (name, signal) => cluster.get(name).kill(signal),
    stop,
  };
}

/** Two op-servers serve the odd lanes, and two others the even lanes. */
function lanesOf(name: string): readonly string[] {
  const index = opServers.indexOf(name);
  if (index < 0) return [];
  return ['--lanes', index % 2 === 0 ? '1,3,5,7' : '2,4,6,8'];
}
