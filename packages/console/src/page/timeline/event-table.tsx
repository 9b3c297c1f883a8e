import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { eventsMax } from '../../shared/state.ts';
import { events } from '../store.ts';
import type { Column } from '../table.tsx';
import { Table } from '../table.tsx';
import { amount, clock, counted, preciseClock, shortened } from '../text.ts';
import type { Run } from './runs.ts';
import { runsOf } from './runs.ts';
import { shownTime } from './window.ts';

const columns: readonly Column<Run>[] = [
  { name: 'Time', cell: ({ event }) => preciseClock(event.atMs) },
  { name: 'Process', cell: ({ event }) => <strong>{event.process}</strong> },
  { name: 'Event', cell: (run) => <EventName {...run} /> },
  { name: 'Details', wide: true, cell: ({ event }) => <span class="faint">{shortened(event.text, 160)}</span> },
];

function EventName({ event: { event, level }, count, sinceMs }: Run): JSX.Element {
  return (
    <span>
      <span class={`level ${level}`}>{event}</span>
      {count > 1 && (
        <span class="faint">
          {' '}
          {count} times since {clock(sinceMs)}
        </span>
      )}
    </span>
  );
}

const pageSize = 50;
const shown = signal(pageSize);

/** The events of the time that is shown, the latest first. */
export function EventTable(): JSX.Element {
  const { fromMs, toMs } = shownTime.value;
  const inTime = events.value.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs + 1_000).toReversed();
  const runs = runsOf(inTime);
  const rows = runs.slice(0, shown.value);
  return (
    <section class="panel" aria-labelledby="events">
      <h2 id="events">Events</h2>
      <p class="note">
        {counted(inTime.length, 'event')} in the time that is shown, of {amount(events.value.length)}, the latest first.
        {runs.length < inTime.length && ' Equal events of a process that follow each other share a row.'}
        {events.value.length >= eventsMax && ' The console forgets the oldest ones.'}
      </p>
      <Table
        label="Events"
        columns={columns}
        rows={rows}
        keyOf={(run) => `${run.event.process} ${run.event.event} ${run.sinceMs} ${rows.indexOf(run)}`}
        empty="No event in this time."
      />
      {runs.length > rows.length && (
        <p class="actions">
          <button type="button" onClick={() => (shown.value += pageSize)}>
            Show {Math.min(pageSize, runs.length - rows.length)} more
          </button>
        </p>
      )}
    </section>
  );
}
