import type { EventsReport, KeptEvent } from '@cateto/contracts';

/*
 * The state of a reader for one process that keeps events: how far it has read, and how far the clock of the process is
 * from its own. It counts events that are missing between two others as lost.
 */

/** An event of any process of the system. */
export interface SystemEvent {
  /** The same for every reader: the process's address and history, and the number of the event in it. */
  readonly id: string;
  /** In milliseconds since 1970, by this host's clock. */
  readonly at: number;
  /**
   * How far the clock of the process's host is ahead of this host's: its log shows `at + clockOffsetMs`. 0 when the
   * clocks differ by less than can be measured.
   */
  readonly clockOffsetMs: number;
  /** How far off `clockOffsetMs` may be: half of the round trip by which it was measured. */
  readonly uncertaintyMs: number;
  readonly process: EventsReport['process'] & { readonly address: string };
  /** As in the log; `events-lost` for a gap in the history of the process. */
  readonly event: string;
  readonly fields: KeptEvent['fields'];
}

/** How far each history has been read, by the address of its process and its name. */
export type EventsPosition = Readonly<Record<string, number>>;

/**
 * The name of a history in a position. It contains the address, so that a process cannot move the position in the
 * history of another one.
 */
export function historyKey(address: string, history: string): string {
  return `${address}-${history}`;
}

/** The history of an event, as in a position, and the number of the event in it. */
export function placeOf({ id }: Pick<SystemEvent, 'id'>): { readonly history: string; readonly n: number } {
  const end = id.lastIndexOf('-');
  return { history: id.slice(0, end), n: Number(id.slice(end + 1)) };
}

export interface EventSource {
  readonly address: string;
  /** The position from which to ask next; undefined before the first answer. */
  position(): { readonly history: string; readonly after: number } | undefined;
  /** @param wallMs this host's clock, now */
  take(report: EventsReport, roundTripMs: number, wallMs: number): readonly SystemEvent[];
  /** Whether everything that it had at its last answer has been read. */
  isComplete(): boolean;
  /** Undefined before the first answer. */
  process(): EventsReport['process'] | undefined;
}

/** Clocks drift apart by a millisecond in some minutes, so an estimate does not hold for ever. */
const estimateHoldsMs = 60_000;

interface Estimate {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  readonly madeMs: number;
}

/** @param known how far histories were read before */
export function createEventSource(address: string, known: EventsPosition): EventSource {
  let process: EventsReport['process'] | undefined;
  let history: string | undefined;
  let after = 0;
  let complete = false;
  let estimate: Estimate = { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY, madeMs: Number.NEGATIVE_INFINITY };

  function measure(clockMs: number, roundTripMs: number, wallMs: number): void {
    const uncertaintyMs = roundTripMs / 2;
    if (wallMs - estimate.madeMs < estimateHoldsMs && estimate.uncertaintyMs <= uncertaintyMs) return;
    estimate = { offsetMs: clockMs - (wallMs - uncertaintyMs), uncertaintyMs, madeMs: wallMs };
  }

  /** A number that is larger than that of the last event is not from this process. */
  function knownOf({ history: of, after: before, last }: EventsReport): number {
    const n = known[historyKey(address, of)];
    return n === undefined || n > last ? before : n;
  }

  function told(event: KeptEvent, of: EventsReport): SystemEvent {
    const { offsetMs, uncertaintyMs } = estimate;
    const clockOffsetMs = Math.abs(offsetMs) <= uncertaintyMs ? 0 : Math.round(offsetMs);
    return {
      id: `${historyKey(address, of.history)}-${event.n}`,
      at: event.atMs - clockOffsetMs,
      clockOffsetMs,
      uncertaintyMs: Math.ceil(uncertaintyMs),
      process: { ...of.process, address },
      event: event.event,
      fields: event.fields,
    };
  }

  const lost = (n: number, count: number, atMs: number): KeptEvent => ({
    n,
    atMs,
    event: 'events-lost',
    fields: { count },
  });

  return {
    address,
    position: () => (history === undefined ? undefined : { history, after }),
    take(report, roundTripMs, wallMs) {
      measure(report.clockMs, roundTripMs, wallMs);
      ({ process } = report);
      if (history !== report.history) {
        ({ history } = report);
        after = knownOf(report);
      }
      const read: SystemEvent[] = [];
      for (const event of report.events) {
        if (event.n <= after) continue;
        const gap = event.n - after - 1;
        if (gap > 0) read.push(told(lost(after + 1, gap, event.atMs), report));
        read.push(told(event, report));
        after = event.n;
      }
      // A process always keeps its last event. So an empty page with a later number means that no further events exist.
      if (report.events.length === 0 && report.last > after) {
        read.push(told(lost(after + 1, report.last - after, report.clockMs), report));
        after = report.last;
      }
      complete = after >= report.last;
      return read;
    },
    isComplete: () => complete,
    process: () => process,
  };
}
