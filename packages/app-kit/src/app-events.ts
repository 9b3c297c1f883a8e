import type { Log } from './log.ts';

/** An event that a part of an app reports, with the fields that the bus defines. */
export interface AppEvent {
  readonly event: string;
}

const warnings: ReadonlySet<string> = new Set([
  'fallback',
  'message-dropped',
  'broker-unreachable',
  'connections-refused',
  'listeners-changed',
  'server-full',
  'request-given-up',
  'handler-failed',
  'thread-failed',
  'peer-refused',
  'right-refused',
  'peer-cut',
]);
const errors: ReadonlySet<string> = new Set(['misconfigured', 'access-unreadable']);

/** Writes events to a log, each at its own level. */
export function logEvents(log: Log): (event: AppEvent) => void {
  return (event) => {
    if (errors.has(event.event)) log.error(event);
    else if (warnings.has(event.event)) log.warn(event);
    else log.info(event);
  };
}
