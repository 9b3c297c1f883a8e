import type { HttpAddress, Log } from '@cateto/app-kit';
import {
  addSettings,
  argumentsOf,
  brokersText,
  calledAs,
  createCommand,
  createGatheringLog,
  defaultBrokers,
  endpointSettings,
  endpointValues,
  environment,
  exitCodeOf,
  catalogueUrl,
  flagsAsVariables,
  givenVariables,
  guardOutput,
  isDescribed,
  loadCatalogue,
  parseHttpAddress,
  readSettings,
  unknownVariables,
  unknownVariableText,
  usageFault,
  wantsColour,
} from '@cateto/app-kit';
import { resolve } from 'node:path';
import type { CommandOf } from './app-command.ts';
import { startCluster } from './cluster.ts';
import type { ClusterConsole, OpenClusterConsole } from './cluster-console.ts';
import { createFeed } from './cluster-console.ts';
import { parseCount } from './count.ts';
import { endInOrder } from './end-in-order.ts';
import { clientKeyFlags, consoleKeyFiles, keysForThisRun } from './key-variables.ts';
import { createHolds } from './holds.ts';
import type { KeepRunningOptions, ProcessEvent } from './keep-running.ts';
import type { LogEvent } from './log-event.ts';
import { keepOne, keepRunning, restartPolicy } from './keep-running.ts';
import { overview, table } from './overview.ts';

export interface ClusterProgram {
  /** The command by which the user requests a formula from another terminal. */
  readonly askWith: string;
  /** How to start the apps; those of this workspace by default, built ones with `--built`. */
  readonly commandOf?: CommandOf | undefined;
  /** Opens the console of `--console`; without it, there is no such flag. */
  readonly openConsole?: OpenClusterConsole | undefined;
}

interface Options {
  readonly opServers: number;
  readonly calcServers: number;
  readonly restart: boolean;
  readonly keys?: boolean;
  /** `true` for the flag without a value. */
  readonly console?: HttpAddress | true;
  readonly built?: boolean | undefined;
}

const settingNames = ['brokers', 'catalogue', 'workers', 'drainMs', ...endpointSettings, 'log', 'logLevel'] as const;

/**
 * Runs a whole system on this machine from the command line, until Ctrl-C. Its own output is on stdout. Its log and the
 * logs of the processes are on stderr. A process that ends is restarted. A mistake of the user is one line on stderr
 * and the exit code.
 */
export async function runCluster({ askWith, commandOf, openConsole }: ClusterProgram): Promise<void> {
  const command = createCommand('cluster', 'Starts a whole system on this machine and keeps it running until Ctrl-C.')
    .option('--op-servers <n>', 'how many op-servers', parseCount, 2)
    .option('--calc-servers <n>', 'how many calc-servers', parseCount, 1)
    .option('--no-restart', 'do not restart processes that end')
    .option('--keys', 'give every process a key, in files that are removed at the end');
  if (openConsole !== undefined)
    command.option(
      '--console [address:port]',
      'show the system on a web page; by default on 127.0.0.1:5570',
      parseConsole,
    );
  if (commandOf === undefined) command.option('--built', 'run what `pnpm build` made');
  addSettings(command, settingNames);
  if (isDescribed(command)) return;
  const typed = calledAs('cluster');
  const say = (line: string): void => void process.stderr.write(`${typed}: ${line}\n`);
  const ending = endInOrder();
  guardOutput(typed, (exitCode) => ending.end(exitCode));

  async function run({
    opServers,
    calcServers,
    restart,
    built = false,
    keys: withKeys = false,
    console: consoleAt,
  }: Options): Promise<void> {
    const given = readSettings(command, settingNames, environment());
    const { log: form = process.stderr.isTTY ? 'pretty' : 'json', logLevel: level } = given.values;
    const brokers = brokersText(given.values.brokers);
    if (given.values.brokers.length < 2) throw given.fault('brokers', 'names one broker; a cluster has two');
    const { catalogue } = given.values;
    const http = endpointValues(given)?.address;
    // A mistake in it is told once, before anything starts.
    if (catalogue !== undefined) await loadCode(catalogue);
    const { log, gather } = await createGatheringLog({
      app: 'cluster',
      form,
      level,
      colour: wantsColour(process.stderr),
    });
    for (const unknown of unknownVariables(environment())) say(unknownVariableText(unknown));
    const keys = withKeys ? keysForThisRun() : undefined;
    const feed = createFeed();
    const cluster = await startCluster({
      keys,
      opServers,
      calcServers,
      brokers,
      built,
      ...(commandOf === undefined ? {} : { commandOf }),
      // A variable reaches every program that has the setting.
      environment: {
        ...givenVariables(),
        ...flagsAsVariables(command, ['workers', 'drainMs', 'httpInsecure']),
        ...catalogueVariable(catalogue),
        ...tokenVariable(given.values.httpTokenFile),
      },
      http,
      drainMs: given.values.drainMs,
      logLevel: level === 'debug' ? 'debug' : 'info',
      onEvent(name, logged) {
        gather(name, logged);
        feed.pass(name, logged);
      },
    });
    ending.started(cluster);
    try {
      await cluster.ready();
    } catch (error) {
      // Processes that were ended in order never become ready, which is not a failure.
      if (ending.signal.aborted) return;
      await cluster.stop();
      throw error;
    }
    const holds = createHolds();
    const keeping: KeepRunningOptions = {
      policy: restart ? restartPolicy : undefined,
      stopping: ending.signal,
      holds,
      onEvent(event) {
        report(log, event);
        feed.pass(event.process, ofCluster(event));
      },
    };
    keepRunning(cluster, keeping);
    const opened = await openedConsole();
    const rows = overview(cluster.plans, brokers, (name) => cluster.get(name));
    const clientKeys = keys === undefined ? '' : clientKeyFlags(keys);
    const also = `${brokers === defaultBrokers ? '' : ` --brokers ${brokers}`}${clientKeys}`;
    const ask =
      catalogue === undefined
        ? `Ask it from another terminal: ${askWith} hypotenuse 12 13${also}`
        : `Its formulas, with examples: ${askWith} formulas --catalogue ${catalogue}`;
    const shown = opened === undefined ? [] : [`The console: ${opened.url}`];
    process.stdout.write(
      ['Everything is up.', ...table(rows), ask, ...shown, 'Ctrl-C stops everything.', ''].join('\n'),
    );

    function addOpServer(): string {
      const name = cluster.addOpServer();
      void keepOne(cluster, name, keeping);
      feed.pass(name, ofCluster({ event: 'process-started', process: name, processId: cluster.get(name).pid }));
      return name;
    }

    async function openedConsole(): Promise<ClusterConsole | undefined> {
      if (consoleAt === undefined || openConsole === undefined) return undefined;
      try {
        return await openConsole({
          cluster,
          address: consoleAt === true ? undefined : consoleAt,
          catalogue,
          keys: keys === undefined ? undefined : consoleKeyFiles(keys),
          feed,
          supervision: { ...holds, addOpServer },
        });
      } catch (error) {
        await cluster.stop();
        throw error;
      }
    }
  }

  try {
    command.parse(argumentsOf(process.argv), { from: 'user' });
    await run(command.opts<Options>());
  } catch (error) {
    process.exitCode = exitCodeOf(error, say);
  }
}

function parseConsole(text: string): HttpAddress {
  const address = parseHttpAddress(text);
  if (address instanceof Error) throw usageFault(address.message);
  return address;
}

/** @throws SettingFault */
async function loadCode(catalogue: string): Promise<void> {
  const module = await loadCatalogue(catalogue, () => Promise.resolve({}));
  await module.handlers();
  await module.formulas();
}

/** The processes may have other working directories. */
function catalogueVariable(catalogue: string | undefined): Record<string, string> {
  return catalogue === undefined ? {} : { CATETO_CATALOGUE: catalogueUrl(catalogue).href };
}

function tokenVariable(file: string | undefined): Record<string, string> {
  return file === undefined ? {} : { CATETO_HTTP_TOKEN_FILE: resolve(file) };
}

/** In the form of the logs of the processes. */
function ofCluster(event: ProcessEvent): LogEvent {
  const level = event.event === 'process-started' ? 'info' : 'error';
  return { time: new Date().toISOString(), level, app: 'cluster', ...event };
}

function report(log: Log, event: ProcessEvent): void {
  if (event.event === 'process-started') log.info(event);
  else log.error(event);
}
