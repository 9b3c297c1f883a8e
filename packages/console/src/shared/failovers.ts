import { percentile } from './percentile.ts';
import type { RequestRow } from './request.ts';
import type { Failover, Silence, SystemEvent } from './state.ts';

/* Failovers, from the events of the brokers and the requests that passed. */

/** A takeover after a kill takes milliseconds, after a silence some 200 ms. */
const beforeMs = 5_000;
const afterMs = 5_000;
/** Requests so near to a failover may have been hit by it. */
const aroundMs = 1_000;

/**
 * @param events in the order of their times
 * @param isLeftOut leaves out a failover, by the event of the new active broker
 */
export function failoversIn(
  events: readonly SystemEvent[],
  rows: readonly RequestRow[],
  isLeftOut: (active: SystemEvent) => boolean = () => false,
): Failover[] {
  const actives = events.filter(({ event, epoch }) => event === 'active' && epoch !== undefined);
  return actives.flatMap((active) => {
    const previous = activeBefore(events, actives, active);
    if (previous === undefined || previous.process === active.process) return [];
    return isLeftOut(active) ? [] : [failover(active, beginning(events, previous, active), rows)];
  });
}

/**
 * The event of the broker that was active before. Two brokers that start at the same time may both become active in the
 * same epoch; one of them steps down at once.
 */
function activeBefore(
  events: readonly SystemEvent[],
  actives: readonly SystemEvent[],
  { epoch = 0, atMs }: SystemEvent,
): SystemEvent | undefined {
  const earlier = actives.filter((one) => one.atMs <= atMs && (one.epoch ?? 0) < epoch);
  const newest = earlier.filter((one) => one.epoch === earlier.at(-1)?.epoch);
  const steppedDown = (one: SystemEvent): boolean =>
    events.some(
      ({ event, process, atMs: at }) => event === 'standby' && process === one.process && at >= one.atMs && at <= atMs,
    );
  return newest.findLast((one) => !steppedDown(one)) ?? newest.at(-1);
}

/**
 * The end of the broker that was active before. Where nobody has seen it end, the new active broker tells when it no
 * longer heard it. The process that started a broker may notice its end after the takeover.
 */
function beginning(
  events: readonly SystemEvent[],
  previous: SystemEvent,
  active: SystemEvent,
): SystemEvent | undefined {
  const near = events.filter(
    ({ atMs }) => atMs <= active.atMs + aroundMs && atMs >= Math.max(previous.atMs, active.atMs - beforeMs),
  );
  const ends = near.filter(({ process, event }) => process === previous.process && endings.has(event));
  const unheard = near.findLast(
    ({ atMs, process, event }) => process === active.process && event === 'broker-down' && atMs <= active.atMs,
  );
  return (
    ends.find(({ atMs }) => atMs <= active.atMs) ??
    (unheard === undefined ? ends[0] : { ...unheard, process: previous.process, event: 'unheard' })
  );
}

const endings: ReadonlySet<string> = new Set([
  'process-ended',
  'killed',
  'paused',
  'unreachable',
  'standby',
  'draining',
]);

function failover(active: SystemEvent, began: SystemEvent | undefined, rows: readonly RequestRow[]): Failover {
  const startMs = Math.min(began?.atMs ?? active.atMs, active.atMs);
  const during = rows.filter(
    (row) => row.startMs < active.atMs + aroundMs && (endOf(row) ?? active.atMs) >= startMs - aroundMs,
  );
  return {
    atMs: active.atMs,
    process: active.process,
    epoch: active.epoch ?? 0,
    began,
    // The end of a process may be noticed after the takeover.
    takeoverMs: began === undefined || began.atMs > active.atMs ? undefined : active.atMs - began.atMs,
    silence: silence(rows, startMs, active.atMs),
    answered: during.filter(({ ending }) => ending === 'value').length,
    failed: during.filter(({ ending }) => ending === 'failed').length,
    sentAgain: during.filter(({ attempts }) => attempts > 1).length,
    open: during.filter(({ ending }) => ending === 'open' || ending === 'unseen' || ending === 'cancelled').length,
  };
}

function endOf({ startMs, tookMs }: RequestRow): number | undefined {
  return tookMs === undefined ? undefined : startMs + tookMs;
}

/**
 * The time between two answers that the failover falls into. If there are several, the one that lasts longest from the
 * beginning of the failover on: a time that was long before it, and ends soon after, has another cause.
 */
function silence(rows: readonly RequestRow[], fromMs: number, toMs: number): Silence | undefined {
  const answers = rows
    .flatMap((row) => endOf(row) ?? [])
    .filter((atMs) => atMs > fromMs - beforeMs && atMs < toMs + afterMs)
    .toSorted((a, b) => a - b);
  const gaps = answers.slice(1).map((atMs, index) => ({ fromMs: answers[index] ?? atMs, toMs: atMs }));
  const lasts = (gap: (typeof gaps)[number]): number => gap.toMs - Math.max(gap.fromMs, fromMs);
  const [longest] = gaps
    .filter((gap) => gap.toMs >= fromMs && gap.fromMs <= toMs)
    .toSorted((one, other) => lasts(other) - lasts(one));
  const before = gaps.filter((gap) => gap.toMs < fromMs).map((gap) => gap.toMs - gap.fromMs);
  return longest === undefined ? undefined : { ...longest, usualMs: percentile(before, 0.5) };
}
