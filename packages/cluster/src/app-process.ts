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
  /** The events that the process has logged so far; of a process that runs for long, the latest ones. */
  readonly events: readonly LogEvent[];
  /** Lines on stderr that were no log lines: the reason of a failed start. */
  readonly complaints: readonly string[];
  /** The first event that matches, logged already or later. Rejects when the process ends without it. */
  waitFor(event: string, fits?: (logged: LogEvent) => boolean): Promise<LogEvent>;
  /** The same, for later events only. */
  waitForNext(event: string, fits?: (logged: LogEvent) => boolean): Promise<LogEvent>;
  /** The exit code, or the signal that ended the process. By then all its output has been read. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
  /**
   * Sends a message over the channel, for a program that listens there; the apps do not. Does nothing after the process
   * has ended.
   */
  send(message: string): void;
}

export interface ProcessStart {
  readonly name: string;
  readonly cwd: string;
  /** The arguments of node. */
  readonly args: readonly string[];
  /** A command that runs node elsewhere, without a process of its own: `ip netns exec <name>`. */
  readonly prefix?: readonly string[] | undefined;
  /** Settings as variables. The settings of this process are not passed on. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  onEvent?(logged: LogEvent): void;
}

/** Far more events than any test looks back on, and a bound for a system that runs for weeks. */
const eventsMax = 10_000;
const complaintsMax = 100;

interface Waiting {
  fits(logged: LogEvent): boolean;
  resolve(logged: LogEvent): void;
  reject(error: Error): void;
}

/** Starts a process that logs JSON, and that ends with this process, however this process ends. */
export function startProcess(start: ProcessStart): AppProcess {
  const { name, cwd, args, prefix = [], environment = {}, onEvent } = start;
  const [command = process.execPath, ...given] = [...prefix, process.execPath, ...args];
  const startedMs = performance.now();
  const child = spawn(command, given, {
    cwd,
    env: environmentWith(environment),
    // The channel is a lifeline: the app drains when the channel closes, and it closes even when this process is
    // killed.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A process group of its own. Ctrl-C then reaches only this process, which ends the others in order, with one
    // signal each.
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
  // The process could not be started; `close` follows.
  child.on('error', (error) => keep(complaints, error.message, complaintsMax));

  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    // `close` and not `exit`: by then the last lines have been read.
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
