import type { Log } from './log.ts';

/** What an app's parts report: an event with its fields, as the bus defines them. */
export interface AppEvent {
  readonly event: string;
}

const warnings: ReadonlySet<string> = new Set([
  'fallback',
  'message-dropped',
  'connections-refused',
  'server-full',
  'request-given-up',
  'handler-failed',
  'thread-failed',
]);
const errors: ReadonlySet<string> = new Set(['misconfigured']);

/** Writes events to a log, each at the level it deserves. */
export function logEvents(log: Log): (event: AppEvent) => void {
  return (event) => {
    if (errors.has(event.event)) log.error(event);
    else if (warnings.has(event.event)) log.warn(event);
    else log.info(event);
  };
}
