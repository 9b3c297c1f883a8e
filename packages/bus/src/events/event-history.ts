import type { EventsReport, EventsRequestMessage, KeptEvent } from '@cateto/contracts';
import { encodedBytes, limits, newAddress } from '@cateto/contracts';
import type { Platform } from '../link/link.ts';
import type { BusEvent } from '../participant/events.ts';
import { keptFields } from './kept-fields.ts';

/**
 * The last events of a process, for observers that come later. It sends nothing by itself. When it is full, the oldest
 * event of the most frequent kind goes. So a flood of one kind does not displace rare events, such as a takeover.
 */
export interface EventHistory {
  /** @param exposeErrors whether requesters get the texts of exceptions */
  add(event: BusEvent, exposeErrors?: boolean): void;
  /** A page of the events that a request asks for, the oldest first. */
  read(asked: Pick<EventsRequestMessage, 'history' | 'after' | 'agoMs'>): EventsPage;
}

export type EventsPage = Pick<EventsReport, 'history' | 'clockMs' | 'after' | 'last' | 'events'>;

interface Entry {
  readonly kept: KeptEvent;
  /** By the monotonic clock, which nobody sets. */
  readonly addedMs: number;
  readonly bytes: number;
}

/** The bytes of an event as MessagePack, without its name and its fields. */
const entryBytes = 48;

export function createEventHistory(platform: Pick<Platform, 'nowMs' | 'wallMs' | 'random'>): EventHistory {
  const history = newAddress(platform.random);
  const entries: Entry[] = [];
  const counts = new Map<string, number>();
  let last = 0;
  let bytes = 0;

  /** Drops the oldest event of the most frequent kind. */
  function dropOne(): void {
    let [most, kind] = [0, ''];
    for (const [event, count] of counts) if (count > most) [most, kind] = [count, event];
    const [dropped] = entries.splice(
      entries.findIndex(({ kept }) => kept.event === kind),
      1,
    );
    counts.set(kind, most - 1);
    bytes -= dropped?.bytes ?? 0;
  }

  /** Where the events of the last `agoMs` begin. */
  function beginOf(agoMs: number | undefined): number {
    if (agoMs === undefined) return 0;
    const sinceMs = platform.nowMs() - agoMs;
    const begin = entries.findIndex(({ addedMs }) => addedMs >= sinceMs);
    return begin === -1 ? entries.length : begin;
  }

  function beginAfter(n: number): number {
    const begin = entries.findIndex(({ kept }) => kept.n > n);
    return begin === -1 ? entries.length : begin;
  }

  function page(begin: number): KeptEvent[] {
    const events: KeptEvent[] = [];
    let pageBytes = 0;
    for (let index = begin; index < entries.length && events.length < limits.eventsOfReplyMax; index += 1) {
      const entry = entries[index] as Entry;
      pageBytes += entry.bytes;
      if (events.length > 0 && pageBytes > limits.eventsOfReplyBytesMax) break;
      events.push(entry.kept);
    }
    return events;
  }

  return {
    add(event, exposeErrors = false) {
      const fields = keptFields(event, exposeErrors);
      if (fields === undefined) return;
      last += 1;
      const kept = { n: last, atMs: platform.wallMs(), event: event.event, fields };
      const entry = { kept, addedMs: platform.nowMs(), bytes: entryBytes + event.event.length + encodedBytes(fields) };
      entries.push(entry);
      counts.set(event.event, (counts.get(event.event) ?? 0) + 1);
      bytes += entry.bytes;
      while (entries.length > limits.eventsKeptMax || bytes > limits.eventsKeptBytesMax) dropOne();
    },
    read({ history: known, after, agoMs }) {
      const continues = known === history && after !== undefined;
      const begin = continues ? beginAfter(after) : beginOf(agoMs);
      // Events before this one were not asked for. Others that are missing are lost.
      const before = continues ? Math.min(after, last) : (entries[begin - 1]?.kept.n ?? 0);
      return { history, clockMs: platform.wallMs(), after: before, last, events: page(begin) };
    },
  };
}
