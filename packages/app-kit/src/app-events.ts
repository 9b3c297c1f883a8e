import type { Log } from './log.ts';

/** An event that a part of an app reports, with the fields that the bus defines. */
export interface AppEvent {
  readonly event: string;
}

const warnings: ReadonlySet<string> = new Set([
  'fallback',
  'broker-down',
  'active-broker-lost',
  'contract-refused',
  'message-dropped',
  'broker-unreachable',
  'keys-differ',
  'link-unstable',
  'connections-refused',
  'listeners-changed',
  'server-full',
  'request-given-up',
  'handler-failed',
  'thread-failed',
  'peer-refused',
  'right-refused',
  'peer-cut',
  'traces-lost',
]);
const errors: ReadonlySet<string> = new Set(['misconfigured', 'access-unreadable']);

/** The level at which an event of this name is logged. */
export function eventLevel(event: string): 'error' | 'warn' | 'info' {
  return errors.has(event) ? 'error' : warnings.has(event) ? 'warn' : 'info';
}

/** Writes events to a log, each at its own level. */
export function logEvents(log: Log): (event: AppEvent) => void {
  return (event) => log[eventLevel(event.event)](event);
}
