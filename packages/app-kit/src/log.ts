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

/** A log on stderr, written at once: the last lines of a process that dies are the ones that matter. */
export async function createLog({ app, form, level, colour }: LogOptions): Promise<Log> {
  const destination =
    form === 'json'
      ? pino.destination({ fd: 2, sync: true })
      : // Only for a terminal: a process that logs JSON starts 20 ms sooner without it.
        (await import('pino-pretty')).default({
          destination: 2,
          sync: true,
          colorize: colour,
          translateTime: 'SYS:HH:MM:ss.l',
          hideObject: true,
          messageFormat: (line) => `${app} ${eventText(line)}`,
        });
  return pino(
    {
      base: { app },
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
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
