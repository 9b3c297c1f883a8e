import { environmentWith } from '@cateto/app-kit';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LogEvent } from './log-event.ts';
import { parseEvent } from './log-event.ts';

export interface AppProcess {
  readonly name: string;
  readonly pid: number;
  /** When it was started, on the clock of `performance.now()`. */
  readonly startedMs: number;
  /** What it has logged so far; of a process that runs for long, the latest. */
  readonly events: readonly LogEvent[];
  /** What it wrote on stderr that was no log line: the reason of a start that failed. */
  readonly complaints: readonly string[];
  /** The first event that fits, of those logged already or to come; rejects when the process ends without it. */
  waitFor(event: string, fits?: (logged: LogEvent) => boolean): Promise<LogEvent>;
  /** The same of those to come only. */
  waitForNext(event: string, fits?: (logged: LogEvent) => boolean): Promise<LogEvent>;
  /** Its exit code, or the signal that ended it. By then everything that it wrote has been read. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
  /** A message over its channel, for a program that listens there; the apps do not. Nothing when it has ended. */
  send(message: string): void;
}

export interface ProcessStart {
  readonly name: string;
  readonly cwd: string;
  /** For node. */
  readonly args: readonly string[];
  /** A command that runs node in another place, in the process it is itself started in: `ip netns exec <name>`. */
  readonly prefix?: readonly string[] | undefined;
  /** Settings as variables; those of this process are not passed on. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  onEvent?(logged: LogEvent): void;
}

/** Far more than any test looks back on, and a bound for a system that runs for weeks. */
const eventsMax = 10_000;
const complaintsMax = 100;

interface Waiting {
  fits(logged: LogEvent): boolean;
  resolve(logged: LogEvent): void;
  reject(error: Error): void;
}

/** Starts a process that logs as JSON and that ends with this one, however this one ends. */
export function startProcess(start: ProcessStart): AppProcess {
  const { name, cwd, args, prefix = [], environment = {}, onEvent } = start;
  const [command = process.execPath, ...given] = [...prefix, process.execPath, ...args];
  const startedMs = performance.now();
  const child = spawn(command, given, {
    cwd,
    env: environmentWith(environment),
    // The channel is a lifeline: the app drains when it closes, and it closes even when this process is killed.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A group of its own: a Ctrl-C is for this process, which ends the others in their order, with one signal each.
    detached: true,
  });
  const events: LogEvent[] = [];
  const complaints: string[] = [];
  const waiting = new Set<Waiting>();
  let over: Error | undefined;

  function take(line: string): void {
    const logged = parseEvent(line);
    if (logged === undefined) return keep(complaints, line, complaintsMax);
    keep(events, logged, eventsMax);
    onEvent?.(logged);
    for (const one of waiting) {
      if (!one.fits(logged)) continue;
      waiting.delete(one);
      one.resolve(logged);
    }
  }

  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', take);
  // A process that could not be started: `close` comes after it.
  child.on('error', (error) => keep(complaints, error.message, complaintsMax));

  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    // `close` and not `exit`: by then its last lines have been read.
    child.once('close', (code, signal) => {
      const how = signal ?? code ?? 0;
      over = new Error([`${name} ended (${how})`, ...complaints].join(': '));
      for (const one of waiting) one.reject(over);
      waiting.clear();
      resolve(how);
    });
  });

  function waitForNext(event: string, fits: (logged: LogEvent) => boolean = () => true): Promise<LogEvent> {
    if (over !== undefined) return Promise.reject(over);
    return new Promise((resolve, reject) => {
      waiting.add({ fits: (logged) => logged.event === event && fits(logged), resolve, reject });
    });
  }

  return {
    name,
    pid: child.pid ?? -1,
    startedMs,
    events,
    complaints,
    ended,
    waitFor(event, fits = () => true) {
      const logged = events.find((one) => one.event === event && fits(one));
      return logged === undefined ? waitForNext(event, fits) : Promise.resolve(logged);
    },
    waitForNext,
    kill: (signal) => void child.kill(signal),
    send(message) {
      if (child.connected) child.send(message);
    },
  };
}

function keep<T>(kept: T[], one: T, most: number): void {
  if (kept.length === most) kept.shift();
  kept.push(one);
}
