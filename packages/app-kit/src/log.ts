import { constants, fstatSync, openSync } from 'node:fs';
import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';
import { routesText } from './routes-text.ts';

export interface LogOptions {
  /** Who logs: the app's name. */
  readonly app: string;
  readonly form: 'pretty' | 'json';
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Colours, in the pretty form. */
  readonly colour: boolean;
}

export type Log = Logger;

const stderr = 2;
/** What waits for a reader that does not read: hours of a log that says little. */
const unreadBytesMax = 1_048_576;
const retryMs = 100;
/** Linux's PIPE_BUF: so much a pipe takes whole or not at all, so that no line is torn that others write between. */
const wholeBytesMax = 4_096;
/** So long a process that ends tries to write what waits. */
const lastWordsMs = 500;
const lastRetryMs = 10;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * A log on stderr, written at once. No server depends on it: a reader that does not read (a terminal that stands, a collector that hangs)
 * or has no room (a disk) gets what waits when it can, and is told how many lines were more than may wait.
 */
export async function createLog(options: LogOptions): Promise<Log> {
  return (await openLog(options)).log;
}

/** A line that another process has logged as JSON. */
export type LoggedLine = Readonly<Record<string, unknown>> & { readonly level: string };

/** A log that shows what other processes have logged beside its own lines. */
export interface GatheringLog {
  readonly log: Log;
  /**
   * Writes a line of another process with its own time, unless its level is below that of this log.
   *
   * @param process its name, as the field `process`; as text the line begins with it
   */
  gather(process: string, line: LoggedLine): void;
}

/** A log as `createLog` makes it, for a program that starts others and shows what they log. */
export async function createGatheringLog(options: LogOptions): Promise<GatheringLog> {
  const { log, write } = await openLog(options);
  return {
    log,
    gather(process, line) {
      // A level that pino does not know is shown.
      const level = pino.levels.values[line.level] ?? Number.MAX_SAFE_INTEGER;
      if (level >= log.levelVal) write(`${JSON.stringify({ ...line, process })}\n`);
    },
  };
}

interface OpenLog {
  readonly log: Log;
  /** @param line as JSON */
  write(line: string): void;
}

async function openLog({ app, form, level, colour }: LogOptions): Promise<OpenLog> {
  // Before stderr is used: the other order fails from source on Node 22.
  const shown = form === 'json' ? (line: string) => line : await prettyLines(app, colour);
  const lines = openLines((count) => log.warn({ event: 'log-lines-dropped', count }));
  const write = (line: string): void => lines.write(shown(line));
  const log: Log = pino(
    {
      base: { app },
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return { log, write };
}

/** @param sayDropped there is room again after so many lines were dropped */
function openLines(sayDropped: (count: number) => void): DestinationStream {
  const stream = pino.destination({
    fd: stderrThatNeverWaits(),
    sync: true,
    maxLength: unreadBytesMax,
    maxWrite: wholeBytesMax,
    // It would sleep and try again until it succeeds.
    retryEAGAIN: () => false,
  });
  let stuck = false;
  let dropped = 0;
  let retry: NodeJS.Timeout | undefined;

  /** @returns whether nothing waits any more */
  function writeRest(): boolean {
    stuck = false;
    stream.write('');
    return !stuck;
  }

  function reportDropped(): void {
    if (dropped === 0) return;
    const count = dropped;
    dropped = 0;
    sayDropped(count);
    // For this line there was no room either.
    if (dropped > 0) dropped = count;
  }

  stream.on('drop', () => (dropped += 1));
  stream.on('drain', reportDropped);
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    // Of a reader that is gone nothing is to be expected, nor of a terminal that is.
    if (code === 'EPIPE' || code === 'EIO') return;
    stuck = true;
    // Whatever else it is: what was not written is kept, and tried again.
    retry ??= setTimeout(() => {
      retry = undefined;
      writeRest();
    }, retryMs).unref();
  });
  // The last lines of a process that dies are the ones that matter: a reader that is slow gets the time to read them.
  process.once('exit', () => {
    const untilMs = performance.now() + lastWordsMs;
    while (!writeRest() && performance.now() < untilMs) Atomics.wait(sleeper, 0, 0, lastRetryMs);
    reportDropped();
  });

  return stream;
}

/**
 * Whether writing waits is a property of how a file was opened, which others that write there share: so a pipe or a terminal is opened
 * once more. Only Linux has that way, and not for another user's terminal. Where it fails Node sees to it that a pipe does not wait, as it
 * does for a socket, as long as no process is started that gets the same stderr; a terminal waits.
 */
function stderrThatNeverWaits(): number {
  if (!process.stderr.isTTY && !fstatSync(stderr).isFIFO()) return stderr;
  try {
    return openSync(`/proc/self/fd/${stderr}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return stderr;
  }
}

/** Lines as a person reads them. Only for a terminal: a process that logs JSON starts 20 ms sooner without it. */
async function prettyLines(app: string, colour: boolean): Promise<(line: string) => string> {
  const { default: pretty } = await import('pino-pretty');
  return pretty.prettyFactory({
    colorize: colour,
    translateTime: 'SYS:HH:MM:ss.l',
    hideObject: true,
    messageFormat: (line) => `${typeof line['process'] === 'string' ? line['process'] : app} ${eventText(line)}`,
  });
}

const notFields: ReadonlySet<string> = new Set(['level', 'time', 'app', 'process', 'event', 'msg']);

/** One event as a person reads it: `fallback operation=square lane=1`, `listener-up address=… routes="square 1-8, multiply 1-8"`. */
export function eventText(line: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(line).filter(([key]) => !notFields.has(key));
  const shown = fields.map(([key, value]) => `${key}=${fieldText(key, value)}`);
  const head = [line.event, line.msg].filter((part) => typeof part === 'string');
  return [...head, ...shown].join(' ');
}

function fieldText(key: string, value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  return key === 'routes' && Array.isArray(value) ? quoted(routesText(value)) : JSON.stringify(value);
}

function quoted(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : JSON.stringify(text);
}
