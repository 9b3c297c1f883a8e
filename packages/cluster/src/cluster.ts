import type { CommandOf } from './app-command.ts';
import { appCommand } from './app-command.ts';
import type { AppProcess } from './app-process.ts';
import { startProcess } from './app-process.ts';
import { freeBrokers } from './free-ports.ts';
import type { ProcessPlan } from './layout.ts';
import { planSystem } from './layout.ts';
import type { LogEvent } from './log-event.ts';

export interface ClusterOptions {
  /** 2 unless given. */
  readonly opServers?: number | undefined;
  /** 1 unless given. */
  readonly calcServers?: number | undefined;
  /** Both brokers as `CATETO_BROKERS` writes them; free ports on loopback unless given. */
  readonly brokers?: string | undefined;
  /** Runs what `pnpm build` made instead of the sources. */
  readonly built?: boolean | undefined;
  /** How each app is started, when it is not one of this workspace's. */
  readonly commandOf?: CommandOf | undefined;
  /**
   * Processes to start at once, and no others: those are for {@link Cluster.start}. Unless given all are started, the
   * backup when the primary is active; on a busy machine the backup would be the active one now and then otherwise.
   */
  readonly initially?: readonly string[] | undefined;
  /** Settings as variables, for every process; those of this process are not passed on. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** What every process logs; `info` unless given, which is what the events of this cluster need. */
  readonly logLevel?: 'debug' | 'info' | undefined;
  readonly onEvent?: ((name: string, logged: LogEvent) => void) | undefined;
}

/** A system of real processes on this machine. */
export interface Cluster {
  readonly brokers: string;
  readonly plans: readonly ProcessPlan[];
  /** Starts a process of the plan, or starts it anew after its end. */
  start(name: string, more?: readonly string[]): AppProcess;
  /** A process that was started; the latest of its name. */
  get(name: string): AppProcess;
  /** Resolves when every process started so far has logged `ready`. */
  ready(): Promise<void>;
  kill(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Ends every process: servers first, so that they can still answer, then brokers. */
  stop(): Promise<void>;
}

/** Twice the time in which an app promises to have drained. */
const stopMaxMs = 10_000;

/**
 * Starts a system.
 *
 * @throws Error with what the primary said when it could not start; everything is stopped by then
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { opServers = 2, calcServers = 1, built = false, environment = {}, logLevel = 'info', onEvent } = options;
  const commandOf = options.commandOf ?? ((app: string) => appCommand(app, built));
  const brokers = options.brokers ?? (await freeBrokers());
  const plans = planSystem({ opServers, calcServers });
  const processes = new Map<string, AppProcess>();

  function start(name: string, more: readonly string[] = []): AppProcess {
    const plan = plans.find((candidate) => candidate.name === name);
    if (plan === undefined) throw new Error(`there is no ${name} in this system`);
    const { cwd, args } = commandOf(plan.app);
    // Its events are how its state is known here, whatever the environment says of logs.
    const common = ['--brokers', brokers, '--log', 'json', '--log-level', logLevel];
    const started = startProcess({
      name,
      cwd,
      args: [...args, ...common, ...plan.args, ...more],
      environment,
      ...(onEvent === undefined ? {} : { onEvent: (logged: LogEvent) => onEvent(name, logged) }),
    });
    processes.set(name, started);
    return started;
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
    }, stopMaxMs);
    // A process that was stopped takes no other signal.
    for (const one of ending) one.kill('SIGCONT');
    await Promise.all(ending.map(({ ended }) => ended));
    clearTimeout(overdue);
  }

  async function stop(): Promise<void> {
    const names = [...processes.keys()];
    const isBroker = (name: string): boolean => name === 'broker' || name === 'backup';
    await end(names.filter((name) => !isBroker(name)));
    // The standby before the active one would do as well; together neither waits for the other to take over.
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
