import type { BrokerState, SystemEvent } from '../shared/state.ts';
import { clock } from './text.ts';

/* The brokers as they are now. */

/**
 * Since when a broker is in its state. The console asks for the state once a second; an event of the broker is more
 * exact.
 */
export function sinceMsOf({ name, state, epoch, sinceMs }: BrokerState, events: readonly SystemEvent[]): number {
  const own = events.filter(({ process, atMs }) => process === name && atMs <= sinceMs);
  const entered =
    state === 'unreachable'
      ? own.find(({ event, atMs }) => endings.has(event) && atMs > sinceMs - noticedWithinMs)
      : own.findLast((event) => event.event === state && event.epoch === epoch);
  return entered?.atMs ?? sinceMs;
}

const endings: ReadonlySet<string> = new Set(['killed', 'paused', 'process-ended', 'stopped']);
/** The console notices the end of a broker within two seconds. An older event belongs to an earlier end. */
const noticedWithinMs = 5_000;

/** `The primary broker is active in epoch 1, since 19:04:11.` */
export function activeNow(brokers: readonly BrokerState[], events: readonly SystemEvent[]): string {
  const active = brokers.filter(({ state }) => state === 'active');
  const [one] = active;
  if (one === undefined) return 'No broker is active.';
  if (active.length > 1) return 'Two brokers are active.';
  return `The ${one.name} is active in epoch ${one.epoch ?? 0}, since ${clock(sinceMsOf(one, events))}.`;
}
