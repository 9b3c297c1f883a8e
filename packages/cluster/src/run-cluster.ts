import {
  addSettings,
  argumentsOf,
  brokersText,
  calledAs,
  createCommand,
  defaultBrokers,
  environment,
  eventText,
  exitCodeOf,
  exitCodes,
  givenVariables,
  guardOutput,
  isDescribed,
  onEndSignal,
  onParentGone,
  paintFor,
  readSettings,
  signalExitCodes,
  unknownVariables,
  unknownVariableText,
} from '@cateto/app-kit';
import type { CommandOf } from './app-command.ts';
import type { Cluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import { parseCount } from './count.ts';
import type { LogEvent } from './log-event.ts';
import { overview, table } from './overview.ts';

export interface ClusterProgram {
  /** How a person asks for a formula from another terminal. */
  readonly askWith: string;
  /** How the apps are started; those of this workspace unless given, built ones with `--built`. */
  readonly commandOf?: CommandOf | undefined;
}

interface Options {
  readonly opServers: number;
  readonly calcServers: number;
  readonly built?: boolean | undefined;
}

const paint = paintFor(process.stderr);

/**
 * Runs a whole system on this machine from the command line, until Ctrl-C. Its own output is on stdout, the processes'
 * logs on stderr. What is wrong is one line on stderr and the exit code.
 */
export async function runCluster({ askWith, commandOf }: ClusterProgram): Promise<void> {
  const command = createCommand('cluster', 'Starts a whole system on this machine and keeps it running until Ctrl-C.')
    .option('--op-servers <n>', 'how many op-servers', parseCount, 2)
    .option('--calc-servers <n>', 'how many calc-servers', parseCount, 1);
  if (commandOf === undefined) command.option('--built', 'run what `pnpm build` made');
  addSettings(command, ['brokers']);
  if (isDescribed(command)) return;
  const typed = calledAs('cluster');
  const say = (line: string): void => void process.stderr.write(`${typed}: ${line}\n`);
  const ending = endInOrder();
  guardOutput(typed, (exitCode) => ending.end(exitCode));

  async function run({ opServers, calcServers, built = false }: Options): Promise<void> {
    const given = readSettings(command, ['brokers'], environment());
    const brokers = brokersText(given.values.brokers);
    if (given.values.brokers.length < 2) throw given.fault('brokers', 'names one broker; a cluster has two');
    for (const unknown of unknownVariables(environment())) say(unknownVariableText(unknown));
    const cluster = await startCluster({
      opServers,
      calcServers,
      brokers,
      built,
      ...(commandOf === undefined ? {} : { commandOf }),
      environment: givenVariables(),
      onEvent: logLine,
    });
    ending.started(cluster);
    try {
      await cluster.ready();
    } catch (error) {
      // Ended in order, they will not become ready any more; that is no failure.
      if (ending.asked()) return;
      await cluster.stop();
      throw error;
    }
    for (const { name } of cluster.plans) void sayWhenEnded(cluster, name, ending);
    const rows = overview(cluster.plans, brokers, (name) => cluster.get(name).pid);
    const also = brokers === defaultBrokers ? '' : ` --brokers ${brokers}`;
    const ask = `Ask it from another terminal: ${askWith} hypotenuse 12 13${also}`;
    process.stdout.write(['Everything is up.', ...table(rows), ask, 'Ctrl-C stops everything.', ''].join('\n'));
  }

  try {
    command.parse(argumentsOf(process.argv), { from: 'user' });
    await run(command.opts<Options>());
  } catch (error) {
    process.exitCode = exitCodeOf(error, say);
  }
}

function logLine(name: string, logged: LogEvent): void {
  const text = eventText(logged);
  process.stderr.write(`${paint.faint(name)} ${logged.level === 'info' ? text : paint.bad(text)}\n`);
}

interface Ending {
  asked(): boolean;
  /** Stops every process in order and ends this one. */
  end(exitCode: number): void;
  started(cluster: Cluster): void;
}

/**
 * The first signal stops every process in order, a second one kills them. While they are being started the first ends this process: the
 * others notice, and end themselves.
 */
function endInOrder(): Ending {
  let asked = false;
  let cluster: Cluster | undefined;

  function end(exitCode: number): void {
    if (asked) return;
    asked = true;
    if (cluster === undefined) process.exit(exitCode);
    void cluster.stop().then(() => process.exit(exitCode));
  }

  onEndSignal((signal) => {
    if (!asked) return end(exitCodes.done);
    // A terminal that closes sends more than one.
    if (signal === 'SIGHUP') return;
    for (const { name } of cluster?.plans ?? []) void cluster?.kill(name, 'SIGKILL');
    process.exit(signalExitCodes[signal]);
  });
  onParentGone(() => end(exitCodes.done));
  return { asked: () => asked, end, started: (started) => void (cluster = started) };
}

/** A process may be killed to see what the others do; it is said, and they go on. */
async function sayWhenEnded(cluster: Cluster, name: string, ending: Ending): Promise<void> {
  const { ended, complaints } = cluster.get(name);
  const how = await ended;
  if (!ending.asked()) process.stderr.write(`${paint.bad([`${name} ended (${how})`, ...complaints].join(': '))}\n`);
}
