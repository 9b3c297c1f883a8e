import type { SettingName, Telemetry } from '@cateto/contracts';
import { limits } from '@cateto/contracts';
import type { AppEvent } from './app-events.ts';
import { logEvents } from './app-events.ts';
import { calledAs } from './called-as.ts';
import { argumentsOf, createCommand, exitCodeOf } from './command.ts';
import { isDescribed } from './command-tree.ts';
import { endAsked, endOnFault } from './ending.ts';
import { exitCodes } from './exit-codes.ts';
import type { Log } from './log.ts';
import { createLog } from './log.ts';
import { collectLessOften } from './memory.ts';
import type { EndpointOptions } from './observe/endpoint-settings.ts';
import { endpointSettings, endpointValues } from './observe/endpoint-settings.ts';
import type { ProcessMetrics } from './observe/metric.ts';
import type { Readiness } from './observe/readiness.ts';
import { createReadiness } from './observe/readiness.ts';
import { loadTracing } from './observe/load-tracing.ts';
import { tellSystemd } from './observe/systemd.ts';
import { guardOutput, written } from './output.ts';
import { wantsColour } from './paint.ts';
import type { SettingValues } from './settings-options.ts';
import { addSettings, readSettings } from './settings-options.ts';
import { unknownVariables } from './unknown-variables.ts';

/** A part that runs until it is told to end. */
export interface RunningServer {
  /** Ends the part in order. */
  drain(): Promise<void>;
  /** Why it does not do its work at this moment; undefined when it does. Unless given, a started server does. */
  notReady?(): string | undefined;
  /** Its numbers, for the HTTP endpoint. */
  metrics?(): ProcessMetrics;
}

export interface ServerApp<N extends SettingName> {
  readonly name: string;
  readonly description: string;
  /** The settings that the server takes, besides those of the log and of the HTTP endpoint. */
  readonly settings: readonly N[];
  /** @param telemetry undefined where no traces are wanted */
  start(
    given: SettingValues<N>,
    onEvent: (event: AppEvent) => void,
    telemetry: Telemetry | undefined,
  ): Promise<RunningServer> | RunningServer;
}

const logSettings = ['log', 'logLevel'] as const;

/**
 * Runs a server from the command line. The server ends on SIGINT, on SIGTERM, on SIGHUP of its terminal, and when its
 * parent process has gone (noticed through a channel or through npm). It then drains and exits with 0, or with 1 if
 * that took 1 s longer than its drain time. A second signal exits at once. A wrong flag or variable is one line on stderr and exit code
 * 2. A failed start, or a fault of the program, exits with 1. The promise resolves when the server has started.
 */
export async function runServer<N extends SettingName>(app: ServerApp<N>): Promise<void> {
  const command = createCommand(app.name, app.description);
  addSettings(command, [...app.settings, ...endpointSettings, ...logSettings]);
  if (isDescribed(command)) return;
  collectLessOften();
  guardOutput(calledAs(app.name));
  try {
    command.parse(argumentsOf(process.argv), { from: 'user' });
    const { values } = readSettings(command, logSettings, process.env);
    const given = readSettings(command, app.settings, process.env);
    const endpoint = endpointValues(readSettings(command, endpointSettings, process.env));
    const log = await createLog({
      app: app.name,
      form: values.log ?? (process.stderr.isTTY ? 'pretty' : 'json'),
      level: values.logLevel,
      colour: wantsColour(process.stderr),
    });
    endOnFault(log);
    for (const unknown of unknownVariables(process.env)) log.warn({ event: 'unknown-variable', ...unknown });
    // Before the start, so that a signal during the start leaves no server behind.
    const { drainMs = limits.drainMs, otel } = given.values as { readonly drainMs?: number; readonly otel?: boolean };
    const asked = endAsked(log, drainMs);
    const readiness = createReadiness();
    const manager = tellSystemd(process.env, {
      notReady: readiness.notReady,
      failed: (message) => log.warn({ event: 'notify-failed', message }),
    });
    if (endpoint !== undefined) await observe(app.name, endpoint, log, readiness);
    const tracesLost = (cause: string): void => log.warn({ event: 'traces-lost', cause });
    const tracing = await loadTracing(otel === true, app.name, tracesLost);
    const running = await app.start(given, logEvents(log), tracing?.telemetry);
    readiness.started(running);
    void asked.then(async () => {
      readiness.ending();
      manager.stopping();
      await running.drain();
      await tracing?.close();
      process.exit(exitCodes.done);
    });
  } catch (error) {
    process.exitCode = exitCodeOf(error, (line) => process.stderr.write(`${calledAs(app.name)}: ${line}\n`));
    // Help that could not be written is a failure, which is known only after the write.
    await written(process.stdout);
    // Sockets that were opened before the fault must not keep the failed process alive.
    process.exit();
  }
}

/** The endpoint is there before the server starts, so that a probe sees the start. Loaded only where it is wanted. */
async function observe(app: string, endpoint: EndpointOptions, log: Log, probed: Readiness): Promise<void> {
  const { metrics, notReady } = probed;
  const [{ openEndpoint }, { createExposition }] = await Promise.all([
    import('./observe/http-endpoint.ts'),
    import('./observe/exposition.ts'),
  ]);
  const { url } = await openEndpoint(endpoint, {
    notReady,
    exposition: createExposition(app, { metrics, notReady }),
    connectionsRefused: (cause) => log.warn({ event: 'connections-refused', cause }),
  });
  log.info({ event: 'http-listening', url });
}
