import { constants, fstatSync, openSync } from 'node:fs';
import type { Logger } from 'pino';
import { pino } from 'pino';

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

/**
 * A log on stderr, written at once: the last lines of a process that dies are the ones that matter. No server depends on it: a reader
 * that does not read (a terminal that stands, a collector that hangs) or has no room (a disk) gets what waits when it can, and is told
 * how many lines were more than may wait.
 */
export async function createLog({ app, form, level, colour }: LogOptions): Promise<Log> {
  const shown = form === 'json' ? (line: string) => line : await prettyLines(app, colour);
  const lines = openLines();
  const log = pino(
    {
      base: { app },
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => lines.write(shown(line)) },
  );
  let dropped = 0;
  lines.on('drop', () => (dropped += 1));
  lines.on('drain', () => {
    if (dropped === 0) return;
    const count = dropped;
    dropped = 0;
    log.warn({ event: 'log-lines-dropped', count });
    // For this one there was no room either.
    if (dropped > 0) dropped = count;
  });
  return log;
}

function openLines() {
  const lines = pino.destination({
    fd: stderrThatNeverWaits(),
    sync: true,
    maxLength: unreadBytesMax,
    // It would sleep and try again until it succeeds.
    retryEAGAIN: () => false,
  });
  let retry: NodeJS.Timeout | undefined;
  // Whatever the error is: what was not written is kept, and tried again. Of a reader that is gone pino takes note itself.
  lines.on('error', () => {
    retry ??= setTimeout(() => {
      retry = undefined;
      lines.write('');
    }, retryMs).unref();
  });
  return lines;
}

/**
 * Whether writing waits is a property of how a file was opened, which others that write there share: so a pipe or a terminal is opened
 * once more. Only Linux has that way. Elsewhere, and for a socket, Node sees to it that writing does not wait, as long as no process is
 * started that gets the same stderr.
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
    messageFormat: (line) => `${app} ${eventText(line)}`,
  });
}

const notFields: ReadonlySet<string> = new Set(['level', 'time', 'app', 'event', 'msg']);

/** One event as a person reads it: `fallback operation=square lane=1`. */
export function eventText(line: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(line).filter(([key]) => !notFields.has(key));
  const shown = fields.map(
    ([key, value]) => `${key}=${typeof value === 'string' ? quoted(value) : JSON.stringify(value)}`,
  );
  const head = [line.event, line.msg].filter((part) => typeof part === 'string');
  return [...head, ...shown].join(' ');
}

function quoted(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : JSON.stringify(text);
}
