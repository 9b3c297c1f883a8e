import { formatHttpAddress } from '@cateto/app-kit';
import type { HttpAddress } from '@cateto/app-kit';
import type { CommandOf } from './app-command.ts';
import { appCommand } from './app-command.ts';
import type { AppProcess } from './app-process.ts';
import { startProcess } from './app-process.ts';
import { freeBrokers } from './free-ports.ts';
import type { KeySystem } from '@cateto/keys/node';
import { keyVariables } from './key-variables.ts';
import type { ProcessPlan } from './layout.ts';
import { anotherOpServer, planSystem } from './layout.ts';
import type { LogEvent } from './log-event.ts';

export interface ClusterOptions {
  /** 2 by default. */
  readonly opServers?: number | undefined;
  /** 1 by default. */
  readonly calcServers?: number | undefined;
  /** Both brokers in the form of `CATETO_BROKERS`; free ports on loopback by default. */
  readonly brokers?: string | undefined;
  /** Runs the output of `pnpm build` instead of the sources. */
  readonly built?: boolean | undefined;
  /** How to start each app, when it is not an app of this workspace. */
  readonly commandOf?: CommandOf | undefined;
  /**
   * The processes to start at once; the others wait for {@link Cluster.start}. By default all are started, and the
   * backup only when the primary is active. Otherwise the backup would sometimes become active first on a busy machine.
   */
  readonly initially?: readonly string[] | undefined;
  /** Settings as variables, for every process. The settings of this process are not passed on. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /**
   * Where the first process of the plan answers HTTP requests; each further one has the next port. With port 0, the
   * system chooses all of them. Unless given, no process does.
   */
  readonly http?: HttpAddress | undefined;
  /** The keys of the processes; none by default. */
  readonly keys?: KeySystem | undefined;
  /** The longest drain time of a process; 5 s by default. {@link Cluster.stop} kills a process 5 s after it. */
  readonly drainMs?: number | undefined;
  /** The log level of every process; `info` by default, because the cluster needs those events. */
  readonly logLevel?: 'debug' | 'info' | undefined;
  readonly onEvent?: ((name: string, logged: LogEvent) => void) | undefined;
}

/** A system of real processes on this machine. */
export interface Cluster {
  readonly brokers: string;
  readonly plans: readonly ProcessPlan[];
  /** Starts a process of the plan, or restarts it after its end. */
  start(name: string, more?: readonly string[]): AppProcess;
  /**
   * Adds an op-server for all lanes to the plan, and starts it.
   *
   * @returns its name
   */
  addOpServer(): string;
  /** A started process; the latest one of its name. */
  get(name: string): AppProcess;
  /** Resolves when every process started so far has logged `ready`. */
  ready(): Promise<void>;
  kill(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Ends every process: servers first, so that they can still answer, then brokers. */
  stop(): Promise<void>;
}

/** How long an app may take to end after its drain time: five times what it promises. */
const closeMaxMs = 5_000;

/**
 * Starts a system.
 *
 * @throws Error with the primary's output when it could not start; everything has been stopped by then
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const {
    opServers = 2,
    calcServers = 1,
    built = false,
    environment = {},
    http,
    drainMs = 5_000,
    logLevel = 'info',
    onEvent,
  } = options;
  const commandOf = options.commandOf ?? ((app: string) => appCommand(app, built));
  const brokers = options.brokers ?? (await freeBrokers());
  const plans = [...planSystem({ opServers, calcServers })];
  const processes = new Map<string, AppProcess>();

  function start(name: string, more: readonly string[] = []): AppProcess {
    const plan = plans.find((candidate) => candidate.name === name);
    if (plan === undefined) throw new Error(`there is no ${name} in this system`);
    const { cwd, args } = commandOf(plan.app);
    // The cluster learns from their events how the processes are, so these settings override the environment.
    const common = ['--brokers', brokers, '--log', 'json', '--log-level', logLevel, ...httpOf(plans.indexOf(plan))];
    const started = startProcess({
      name,
      cwd,
      args: [...args, ...common, ...plan.args, ...more],
      environment: { ...environment, ...(options.keys === undefined ? {} : keyVariables(options.keys, plan.app)) },
      ...(onEvent === undefined ? {} : { onEvent: (logged: LogEvent) => onEvent(name, logged) }),
    });
    processes.set(name, started);
    return started;
  }

  function addOpServer(): string {
    const plan = anotherOpServer(plans);
    plans.push(plan);
    start(plan.name);
    return plan.name;
  }

  function httpOf(index: number): readonly string[] {
    if (http === undefined) return [];
    return ['--http', formatHttpAddress({ host: http.host, port: http.port === 0 ? 0 : http.port + index })];
  }

  function get(name: string): AppProcess {
    const found = processes.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }

  async function end(names: readonly string[]): Promise<void> {
    const ending = names.map(get);
    for (const one of ending) one.kill('SIGTERM');
    const overdue = setTimeout(() => {
      for (const one of ending) one.kill('SIGKILL');
    }, drainMs + closeMaxMs);
    // A stopped process handles no other signal.
    for (const one of ending) one.kill('SIGCONT');
    await Promise.all(ending.map(({ ended }) => ended));
    clearTimeout(overdue);
  }

  async function stop(): Promise<void> {
    const names = [...processes.keys()];
    const isBroker = (name: string): boolean => name === 'broker' || name === 'backup';
    await end(names.filter((name) => !isBroker(name)));
    // Both at once, so that neither takes over from the other. The standby before the active broker would do as well.
    await end(names.filter(isBroker));
  }

  const names = plans.map(({ name }) => name);
  try {
    for (const name of options.initially ?? names.filter((one) => one !== 'backup')) start(name);
    if (options.initially === undefined) {
      await get('broker').waitFor('active');
      start('backup');
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    brokers,
    plans,
    start,
    addOpServer,
    get,
    ready: async () => void (await Promise.all([...processes.values()].map((one) => one.waitFor('ready')))),
    async kill(name, signal) {
      const one = get(name);
      one.kill(signal);
      if (signal === 'SIGKILL') await one.ended;
    },
    stop,
  };
}
