import type { Paint } from '@cateto/app-kit';
import { eventText, oneLine } from '@cateto/app-kit';
import { visibleText } from '@cateto/contracts';
import type { SystemEvent } from '@cateto/sdk';

/** Takeovers, losses and refusals stand out among servers that come and go. */
const good: ReadonlySet<string> = new Set(['ready', 'active', 'active-broker-reached', 'broker-up', 'broker-reached']);
const bad: ReadonlySet<string> = new Set([
  'active-broker-lost',
  'broker-down',
  'broker-unreachable',
  'contract-refused',
  'events-lost',
  'fallback',
  'handler-failed',
  'misconfigured',
  'peer-cut',
  'peer-refused',
  'request-given-up',
  'server-full',
  'thread-failed',
]);

/** For people: local time, process, event, and its fields as in the log. A process is its role, host and address. */
export function eventLine(event: SystemEvent, now: Date, paint: Paint): string {
  const { at, process, clockOffsetMs, uncertaintyMs } = event;
  const about = clockOffsetMs === 0 ? '' : ` ±${uncertaintyMs} ms`;
  const who = `${process.rank ?? process.role} ${oneLine(process.host)} ${process.address}`;
  const text = eventText({ event: event.event, ...event.fields });
  const painted = good.has(event.event) ? paint.good(text) : bad.has(event.event) ? paint.bad(text) : text;
  return [paint.faint(`${timeText(new Date(at), now)}${about}`), who, painted].join('  ');
}

/** For programs: one line. */
export function eventJson(event: SystemEvent): string {
  const { id, at, clockOffsetMs, uncertaintyMs, process, event: name, fields } = event;
  return visibleText(JSON.stringify({ id, at, clockOffsetMs, uncertaintyMs, process, event: name, fields }));
}

/** The local time of day to the millisecond, with the date unless it is today's. */
function timeText(at: Date, now: Date): string {
  // Another process wrote the number.
  if (Number.isNaN(at.getTime())) return 'no time';
  const clock = `${digits(at.getHours())}:${digits(at.getMinutes())}:${digits(at.getSeconds())}.${digits(at.getMilliseconds(), 3)}`;
  return dateText(at) === dateText(now) ? clock : `${dateText(at)} ${clock}`;
}

function dateText(date: Date): string {
  return `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
}

function digits(part: number, count = 2): string {
  return String(part).padStart(count, '0');
}
