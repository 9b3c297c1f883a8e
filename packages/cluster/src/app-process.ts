import { environmentWith } from '@cateto/app-kit';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A line of an app's log. */
export interface LogEvent {
  readonly event: string;
  readonly time: string;
  readonly level: string;
  readonly app: string;
  readonly [field: string]: unknown;
}

export interface AppProcess {
  readonly name: string;
  readonly pid: number;
  /** Everything it has logged so far. */
  readonly events: readonly LogEvent[];
  /** What it wrote on stderr that was no log line: the reason of a start that failed. */
  readonly complaints: readonly string[];
  /** The first event that fits, of those logged already or to come; rejects when the process ends without it. */
  waitFor(event: string, fits?: (logged: LogEvent) => boolean): Promise<LogEvent>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
}

export interface AppStart {
  readonly name: string;
  readonly app: string;
  readonly args: readonly string[];
  readonly brokers: string;
  /** Runs `dist`, which must have been built; from source otherwise. */
  readonly built: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  onEvent?(logged: LogEvent): void;
}

const apps = new URL('../../../apps/', import.meta.url);

/** How an app is started: from source, or built. */
export function appCommand(app: string, built: boolean): { readonly cwd: string; readonly args: readonly string[] } {
  const cwd = fileURLToPath(new URL(`${app}/`, apps));
  if (!built) return { cwd, args: ['--conditions=@cateto/source', '--import', 'tsx', 'src/main.ts'] };
  if (!existsSync(new URL(`${app}/dist/main.js`, apps))) throw new Error(`${app} is not built: run \`pnpm build\``);
  return { cwd, args: ['dist/main.js'] };
}

interface Waiting {
  fits(logged: LogEvent): boolean;
  resolve(logged: LogEvent): void;
  reject(error: Error): void;
}

/** Starts an app as a process that ends with this one, however this one ends. */
export function startApp(start: AppStart): AppProcess {
  const { name, app, brokers, built, environment } = start;
  const { cwd, args } = appCommand(app, built);
  const child: ChildProcess = spawn(process.execPath, [...args, '--brokers', brokers, '--log', 'json', ...start.args], {
    cwd,
    env: environmentWith(environment ?? {}),
    // The channel is a lifeline: the app drains when it closes, and it closes even when this process is killed.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const events: LogEvent[] = [];
  const complaints: string[] = [];
  const waiting = new Set<Waiting>();

  const take = (line: string): void => {
    const logged = parseEvent(line);
    if (logged === undefined) {
      complaints.push(line);
      return;
    }
    events.push(logged);
    start.onEvent?.(logged);
    for (const one of waiting) {
      if (!one.fits(logged)) continue;
      waiting.delete(one);
      one.resolve(logged);
    }
  };

  const lines = child.stderr === null ? undefined : createInterface({ input: child.stderr });
  lines?.on('line', take);

  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    // `close` and not `exit`: by then its last lines have been read.
    child.once('close', (code, signal) => {
      for (const one of waiting) one.reject(new Error([`${name} ended (${code ?? signal})`, ...complaints].join(': ')));
      waiting.clear();
      resolve(code ?? signal ?? 0);
    });
  });

  return {
    name,
    pid: child.pid ?? -1,
    events,
    complaints,
    ended,
    waitFor(event, fits = () => true) {
      const matches = (logged: LogEvent): boolean => logged.event === event && fits(logged);
      const logged = events.find(matches);
      if (logged !== undefined) return Promise.resolve(logged);
      if (child.exitCode !== null || child.signalCode !== null) {
        return Promise.reject(new Error([`${name} has ended`, ...complaints].join(': ')));
      }
      return new Promise((resolve, reject) => waiting.add({ fits: matches, resolve, reject }));
    },
    kill: (signal) => void child.kill(signal),
  };
}

/** One line of NDJSON with an event; undefined for anything else. */
export function parseEvent(line: string): LogEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Partial<LogEvent>;
    return typeof value.event === 'string' ? (value as LogEvent) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
