import type { SettingName } from '@cateto/contracts';
import type { AppEvent } from './app-events.ts';
import { logEvents } from './app-events.ts';
import { argumentsOf, createCommand, exitCodeOf, exitCodes } from './command.ts';
import type { Log } from './log.ts';
import { createLog } from './log.ts';
import { wantsColour } from './paint.ts';
import type { SettingValues } from './settings-options.ts';
import { addSettings, readSettings } from './settings-options.ts';

/** What runs until it is told to end. */
export interface RunningServer {
  /** Ends it in order. */
  drain(): Promise<void>;
}

export interface ServerApp<N extends SettingName> {
  readonly name: string;
  readonly description: string;
  /** The settings it takes besides those of the log. */
  readonly settings: readonly N[];
  start(given: SettingValues<N>, onEvent: (event: AppEvent) => void): Promise<RunningServer> | RunningServer;
}

/** Whoever started the process expects it to be gone by then. */
const drainMaxMs = 5_000;

const logSettings = ['log', 'logLevel'] as const;

/**
 * Runs a server from the command line until SIGINT or SIGTERM, or until the process that started it with a channel is
 * gone; then it drains and exits with 0. A second signal exits at once. Wrong flags and variables are one line on stderr
 * and exit code 2; a start that fails, or a fault of the program, exits with 1.
 */
export async function runServer<N extends SettingName>(app: ServerApp<N>): Promise<void> {
  const command = createCommand(app.name, app.description);
  addSettings(command, [...app.settings, ...logSettings]);
  try {
    command.parse(argumentsOf(process.argv), { from: 'user' });
    const { values } = readSettings(command, logSettings, process.env);
    const log = createLog({
      app: app.name,
      form: values.log ?? (process.stderr.isTTY ? 'pretty' : 'json'),
      level: values.logLevel,
      colour: wantsColour(process.stderr),
    });
    endOnFault(log);
    const running = await app.start(readSettings(command, app.settings, process.env), logEvents(log));
    drainOnSignal(running, log);
  } catch (error) {
    process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`${app.name}: ${line}\n`));
    // Sockets that were opened before the fault must not keep a process that has failed.
    process.exit();
  }
}

/** A fault of the program itself: nothing of its state can be trusted any more. */
function endOnFault(log: Log): void {
  const end = (error: unknown): void => {
    log.fatal({ event: 'fault', err: error instanceof Error ? error : new Error(String(error)) });
    process.exit(exitCodes.failed);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}

function drainOnSignal(running: RunningServer, log: Log): void {
  let draining = false;

  const drain = async (): Promise<void> => {
    const overdue = setTimeout(() => {
      log.error({ event: 'drain-overdue', afterMs: drainMaxMs });
      process.exit(exitCodes.failed);
    }, drainMaxMs);
    await running.drain();
    clearTimeout(overdue);
    process.exit(exitCodes.done);
  };

  const end = (secondExitCode: number) => (): void => {
    if (draining) process.exit(secondExitCode);
    draining = true;
    void drain();
  };

  process.on('SIGINT', end(exitCodes.interrupted));
  process.on('SIGTERM', end(143));
  // Started with a channel: its end is the end of whoever started this process, even by kill -9.
  process.on('disconnect', end(exitCodes.failed));
}
