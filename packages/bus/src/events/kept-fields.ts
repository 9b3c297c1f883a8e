import { limits } from '@cateto/contracts';
import type { KeptEvent } from '@cateto/contracts';
import type { BusEvent } from '../participant/events.ts';

/*
 * The list of the events that a process keeps for observers, and of their fields. An observer may learn what happened
 * to the system, but not the values that handlers compute. So lines of handlers are left out, and texts of exceptions
 * are kept only where requesters get them too. A new event or field has to be added here on purpose.
 */

type EventName = BusEvent['event'];

/** Undefined: not kept. */
const fieldsOf: Readonly<Record<EventName, readonly string[] | undefined>> = {
  ready: ['address'],
  active: ['epoch', 'cause', 'silentMs'],
  standby: ['epoch', 'cause'],
  'broker-up': ['rank', 'address', 'state', 'epoch'],
  'broker-down': ['rank', 'address', 'cause', 'silentMs'],
  'active-broker-lost': [],
  'active-broker-reached': ['afterMs'],
  fallback: ['operation', 'lane', 'cause', 'count'],
  'listener-up': ['address', 'routes'],
  'listener-down': ['address', 'routes', 'ended'],
  'listeners-changed': ['count'],
  'server-full': ['what', 'inFlight'],
  'server-has-room': ['what', 'inFlight', 'forMs', 'refused'],
  'contract-refused': ['name', 'cause', 'count'],
  'request-given-up': ['topic', 'count'],
  'handler-failed': ['name', 'part', 'id', 'count'],
  'handler-log': undefined,
  'handler-moved': ['operation', 'to', 'blockedMs'],
  'thread-failed': ['operation'],
  'message-dropped': ['topic', 'cause', 'count'],
  'connections-refused': ['cause'],
  'link-unstable': ['broker', 'cause', 'count', 'forMs'],
  'broker-unreachable': ['broker', 'cause', 'forMs'],
  'keys-differ': ['broker', 'cause'],
  'broker-reached': ['broker', 'afterMs'],
  'peer-accepted': ['name', 'count'],
  'peer-refused': ['name', 'cause', 'count'],
  'right-refused': ['name', 'cause', 'count'],
  'peer-cut': ['name', 'cause', 'count'],
  'access-reloaded': ['keys'],
  'access-unreadable': ['message'],
  misconfigured: ['message'],
  draining: [],
  stopped: [],
};

/** Fields with the text of an exception. */
const exposedFields: Readonly<Partial<Record<EventName, readonly string[]>>> = {
  'handler-failed': ['message'],
  'thread-failed': ['cause'],
};

/** Characters of a text in a list: topics have at most 64. */
const listedTextMax = 64;

/**
 * @param exposeErrors whether requesters get the texts of exceptions
 * @returns the fields that are kept; undefined for an event that is not kept
 */
export function keptFields(event: BusEvent, exposeErrors: boolean): KeptEvent['fields'] | undefined {
  const names = fieldsOf[event.event];
  if (names === undefined) return undefined;
  const exposed = exposeErrors ? (exposedFields[event.event] ?? []) : [];
  const given = event as unknown as Readonly<Record<string, unknown>>;
  const kept: KeptEvent['fields'] = {};
  for (const name of [...names, ...exposed]) {
    const value = given[name];
    if (value === undefined) continue;
    kept[name] = bounded(value);
    if (Array.isArray(value) && value.length > limits.eventListMax) kept.more = value.length - limits.eventListMax;
  }
  return kept;
}

function bounded(value: unknown): KeptEvent['fields'][string] {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.slice(0, limits.eventListMax).map((one) => cut(String(one), listedTextMax));
  return cut(String(value), limits.eventTextMax);
}

/** Half of a surrogate pair cannot be sent. */
function cut(text: string, charactersMax: number): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax).toWellFormed()}…` : text.toWellFormed();
}
