import type { JSX } from 'preact';
import type { ServerState, SystemState } from '../../shared/state.ts';
import type { Column } from '../table.tsx';
import { Table } from '../table.tsx';
import { amount, duration } from '../text.ts';

const allLanes = [1, 2, 3, 4, 5, 6, 7, 8];

const columns: readonly Column<ServerState>[] = [
  {
    name: 'Server',
    cell: ({ name, host, pid, address }) => (
      <span title={`${address}, process ${pid} on ${host}`}>
        <strong>{name}</strong>
      </span>
    ),
  },
  { name: 'Serves', cell: (server) => <Serves {...server} /> },
  { name: 'In flight', numeric: true, cell: ({ inFlight }) => amount(inFlight) },
  { name: 'Queued', numeric: true, cell: ({ queued }) => amount(queued) },
  { name: 'Answers/s', numeric: true, cell: ({ answersPerSecond }) => amount(answersPerSecond) },
  { name: 'Median', numeric: true, cell: ({ p50Ms }) => duration(p50Ms) },
  { name: '99 %', numeric: true, cell: ({ p99Ms }) => duration(p99Ms) },
  { name: 'Fallbacks', numeric: true, cell: ({ role, fallbacks }) => (role === 'op-server' ? '–' : amount(fallbacks)) },
  { name: 'Errors', numeric: true, cell: ({ errors }) => amount(errors) },
];

export function Servers({ state: { servers } }: { readonly state: SystemState }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="servers">
      <h2 id="servers">Servers</h2>
      <p class="note">Times and fallbacks are of the last minute.</p>
      <Table
        label="Servers"
        columns={columns}
        rows={servers}
        keyOf={({ address }) => address}
        empty="No server listens."
      />
    </section>
  );
}

function Serves({ role, lanes, serves }: ServerState): JSX.Element {
  const all = serves.join(', ');
  const what = counted(serves.length, role);
  if (role === 'calc-server') return <span title={all}>{serves.length > 2 ? what : all}</span>;
  return (
    <span class="lanes" title={all}>
      <span class="unseen">lanes {lanes.join(', ')}</span>
      {allLanes.map((lane) => (
        <span key={lane} aria-hidden="true" class={lanes.includes(lane) ? 'lane served' : 'lane'}>
          {lane}
        </span>
      ))}
    </span>
  );
}

function counted(count: number, role: ServerState['role']): string {
  return `${count} ${role === 'calc-server' ? 'formulas' : 'operations'}`;
}
