import { visibleText } from '@cateto/contracts';
import { constants, fstatSync, openSync } from 'node:fs';
import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';
import { routesText } from './routes-text.ts';

export interface LogOptions {
  /** The name of the app that logs. */
  readonly app: string;
  readonly form: 'pretty' | 'json';
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Whether the pretty form has colours. */
  readonly colour: boolean;
}

export type Log = Logger;

const stderr = 2;
/** Bytes that wait for a reader that does not read. A quiet log fills them in hours. */
const unreadBytesMax = 1_048_576;
const retryMs = 100;
/** Linux's PIPE_BUF. A pipe takes up to this number of bytes as a whole, so that other writers do not tear a line. */
const wholeBytesMax = 4_096;
/** How long a process that ends tries to write the waiting lines. */
const lastWordsMs = 500;
const lastRetryMs = 10;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Creates a log on stderr that writes at once. No server waits for it. If a reader does not read (a stopped terminal, a
 * hung collector) or has no room (a full disk), lines wait until it does. Beyond a bound, lines are dropped, and a line
 * reports how many.
 */
export async function createLog(options: LogOptions): Promise<Log> {
  return (await openLog(options)).log;
}

/** A line that another process logged as JSON. */
export type LoggedLine = Readonly<Record<string, unknown>> & { readonly level: string };

/** A log that shows lines of other processes beside its own. */
export interface GatheringLog {
  readonly log: Log;
  /**
   * Writes a line of another process with the line's own time, unless its level is below that of this log.
   *
   * @param process the name of the process, written as the field `process`; in the text form the line begins with it
   */
  gather(process: string, line: LoggedLine): void;
}

/** Creates a log like that of `createLog`, for a program that starts others and shows their lines. */
export async function createGatheringLog(options: LogOptions): Promise<GatheringLog> {
  const { log, write } = await openLog(options);
  return {
    log,
    gather(process, line) {
      // A line with a level that pino does not know is shown.
      const level = pino.levels.values[line.level] ?? Number.MAX_SAFE_INTEGER;
      if (level >= log.levelVal) write(`${JSON.stringify({ ...line, process })}\n`);
    },
  };
}

/** Events hold texts of other participants. Whatever they contain must not steer a terminal. */
function visibleLine(line: string): string {
  return `${visibleText(line.trimEnd())}\n`;
}

interface OpenLog {
  readonly log: Log;
  /** @param line as JSON */
  write(line: string): void;
}

async function openLog({ app, form, level, colour }: LogOptions): Promise<OpenLog> {
  // Import the pretty form before stderr is used: the other order fails from source on Node 22.
  const shown = form === 'json' ? visibleLine : await prettyLines(app, colour);
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

/** @param sayDropped is called when there is room again, with the number of lines that were dropped */
function openLines(sayDropped: (count: number) => void): DestinationStream {
  const stream = pino.destination({
    fd: stderrThatNeverWaits(),
    sync: true,
    maxLength: unreadBytesMax,
    maxWrite: wholeBytesMax,
    // By default, pino would sleep and retry until it succeeds.
    retryEAGAIN: () => false,
  });
  let stuck = false;
  let dropped = 0;
  let retry: NodeJS.Timeout | undefined;

  /** @returns whether no line waits any more */
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
    // This line itself was dropped, so keep the count.
    if (dropped > 0) dropped = count;
  }

  stream.on('drop', () => (dropped += 1));
  stream.on('drain', reportDropped);
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    // The pipe's reader or the terminal has gone, so no retry can succeed.
    if (code === 'EPIPE' || code === 'EIO') return;
    stuck = true;
    // Any other error: the unwritten bytes are kept, and written later.
    retry ??= setTimeout(() => {
      retry = undefined;
      writeRest();
    }, retryMs).unref();
  });
  // The last lines of a process that dies matter most. Give a slow reader time to read them.
  process.once('exit', () => {
    const untilMs = performance.now() + lastWordsMs;
    while (!writeRest() && performance.now() < untilMs) Atomics.wait(sleeper, 0, 0, lastRetryMs);
    reportDropped();
  });

  return stream;
}

/**
 * Opens stderr once more, without blocking. Blocking is a property of an open file, which other processes share, so
 * setting it on stderr itself would change it for them. Only Linux can open it again, and not the terminal of another
 * user. Elsewhere Node keeps a pipe or socket from blocking, as long as no child process gets the same stderr; a
 * terminal blocks.
 */
function stderrThatNeverWaits(): number {
  if (!process.stderr.isTTY && !fstatSync(stderr).isFIFO()) return stderr;
  try {
    return openSync(`/proc/self/fd/${stderr}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return stderr;
  }
}

/** Formats lines for people. Loaded only when needed: a process that logs JSON starts 20 ms sooner without it. */
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

/**
 * One event for people: `fallback operation=square lane=1`, `listener-up address=… routes="square 1-8, multiply 1-8"`.
 */
export function eventText(line: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(line).filter(([key]) => !notFields.has(key));
  const shown = fields.map(([key, value]) => `${key}=${fieldText(key, value)}`);
  const head = [line.event, line.msg].filter((part) => typeof part === 'string');
  return visibleText([...head, ...shown].join(' '));
}

function fieldText(key: string, value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  return key === 'routes' && Array.isArray(value) ? quoted(routesText(value)) : JSON.stringify(value);
}

function quoted(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : JSON.stringify(text);
}
