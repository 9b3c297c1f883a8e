import type { JSX } from 'preact';
import type { RequestRow } from '../../shared/request.ts';
import type { SystemEvent } from '../../shared/state.ts';
import type { Column } from '../table.tsx';
import { Table } from '../table.tsx';
import { counted, duration, shortened } from '../text.ts';
import { figure, story, tell } from './worker-link.ts';

/* The latest requests and events, the latest first. */

const requestColumns: readonly Column<RequestRow>[] = [
  { name: 'Asked at', numeric: true, cell: ({ startMs }) => virtual(startMs) },
  { name: 'Request', cell: (row) => <Choose {...row} /> },
  { name: 'Outcome', cell: (row) => <span class={`outcome ${row.ending}`}>{shortened(outcomeOf(row), 24)}</span> },
  { name: 'Took', numeric: true, cell: ({ tookMs }) => duration(tookMs) },
];

const eventColumns: readonly Column<SystemEvent>[] = [
  { name: 'At', numeric: true, cell: ({ atMs }) => virtual(atMs) },
  { name: 'Process', cell: ({ process }) => <strong>{process}</strong> },
  {
    name: 'Event',
    cell: ({ event, level, text }) => (
      <span>
        <span class={`level ${level}`}>{event}</span> <span class="faint">{shortened(text, 90)}</span>
      </span>
    ),
  },
];

export function Happened(): JSX.Element {
  const { rows, events, requests, answered } = story.value;
  return (
    <div class="happened">
      <section class="panel" aria-labelledby="asked">
        <h2 id="asked">
          Requests{' '}
          <span class="faint">{requests > 0 && `${answered} of ${counted(requests, 'request')} answered`}</span>
        </h2>
        <Table
          label="Requests"
          columns={requestColumns}
          rows={rows.toReversed()}
          keyOf={({ id }) => id}
          empty="The client has asked for nothing yet."
        />
      </section>
      <section class="panel" aria-labelledby="events">
        <h2 id="events">Events</h2>
        <Table
          label="Events"
          columns={eventColumns}
          rows={events.toReversed()}
          keyOf={(event) => String(events.indexOf(event))}
          empty="Nothing has happened yet. Kill a process, or cut a link."
        />
      </section>
    </div>
  );
}

function Choose({ id, formula, operands }: RequestRow): JSX.Element {
  return (
    <button
      type="button"
      class="plain choose"
      aria-pressed={figure.value?.id === id}
      onClick={() => tell({ type: 'show', id })}
    >
      {`${formula}(${operands})`}
    </button>
  );
}

function outcomeOf({ ending, outcome, code, fallbacks, attempts }: RequestRow): string {
  if (ending === 'open') return 'under way';
  if (ending !== 'value') return code ?? 'its client was killed';
  const notes = [...(fallbacks.length > 0 ? ['fallback'] : []), ...(attempts > 1 ? ['sent again'] : [])];
  return [shortened(outcome, 9), ...notes].join(', ');
}

function virtual(atMs: number): string {
  return `${atMs.toFixed(1)} ms`;
}
