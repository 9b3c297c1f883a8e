import type { Failover } from '../shared/state.ts';
import type { RequestRow } from '../shared/request.ts';
import type { Point, ProcessState, SystemEvent, SystemState, Welcome } from '../shared/state.ts';
import { eventsMax, pointsMax } from '../shared/state.ts';
import type { Journal } from './journal.ts';
import { createJournal } from './journal.ts';
import type { WholeStory } from './stream.ts';

/* The state of the console, for pages that open, and the journal, for pages that reconnect. */

export interface History {
  readonly journal: Journal;
  readonly wholeStory: WholeStory;
  state(state: SystemState, point: Point): void;
  requests(rows: readonly RequestRow[]): void;
  events(events: readonly SystemEvent[]): void;
  processes(states: readonly ProcessState[]): void;
  failovers(all: readonly Failover[]): void;
  /** The events that are kept, in the order in which they came. */
  readonly kept: readonly SystemEvent[];
}

export interface HistoryParts {
  readonly welcome: Welcome;
  /** The requests that are kept. */
  rows(): readonly RequestRow[];
}

/** Rows in one event of the stream, so that a page shows the first ones before it has all. */
const rowsAtOnce = 500;

export function createHistory({ welcome, rows }: HistoryParts): History {
  const journal = createJournal();
  const points: Point[] = [];
  const events: SystemEvent[] = [];
  let state: SystemState | undefined;
  let processes: readonly ProcessState[] | undefined;
  let failovers: readonly Failover[] = [];

  return {
    journal,
    *wholeStory() {
      yield ['welcome', welcome];
      if (state !== undefined) yield ['state', state];
      yield ['points', points];
      yield ['events', events];
      yield ['failovers', failovers];
      if (processes !== undefined) yield ['processes', processes];
      const newestFirst = rows().toReversed();
      for (let at = 0; at < newestFirst.length; at += rowsAtOnce)
        yield ['requests', newestFirst.slice(at, at + rowsAtOnce)];
      yield ['complete', {}];
    },
    state(now, point) {
      state = now;
      keep(points, [point], pointsMax);
      journal.add('state', now);
      journal.add('points', [point]);
    },
    requests(changed) {
      for (let at = 0; at < changed.length; at += rowsAtOnce)
        journal.add('requests', changed.slice(at, at + rowsAtOnce));
    },
    events(more) {
      if (more.length === 0) return;
      keep(events, more, eventsMax);
      journal.add('events', more);
    },
    processes(states) {
      processes = states;
      journal.add('processes', states);
    },
    failovers(all) {
      failovers = all;
      journal.add('failovers', all);
    },
    kept: events,
  };
}

function keep<T>(kept: T[], more: readonly T[], most: number): void {
  kept.push(...more);
  if (kept.length > most) kept.splice(0, kept.length - most);
}
