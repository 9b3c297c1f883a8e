import type { JSX } from 'preact';
import type { ClientState, SystemState } from '../../shared/state.ts';
import type { Column } from '../table.tsx';
import { Table } from '../table.tsx';
import { amount, clock } from '../text.ts';

const columns: readonly Column<ClientState>[] = [
  { name: 'Client', cell: ({ name, address }) => <span title={address}>{name}</span> },
  { name: 'Requests, last minute', numeric: true, cell: ({ requests }) => amount(requests) },
  { name: 'Open', numeric: true, cell: ({ open }) => amount(open) },
  { name: 'Last seen', numeric: true, cell: ({ seenMs }) => clock(seenMs) },
];

const shown = 5;

export function Clients({ state: { clients } }: { readonly state: SystemState }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="clients">
      <h2 id="clients">Clients</h2>
      <Table
        label="Clients"
        columns={columns}
        rows={clients.slice(0, shown)}
        keyOf={({ address }) => address}
        empty="No request has passed in the last minute."
      />
      {clients.length > shown && <p class="note">and {clients.length - shown} more</p>}
    </section>
  );
}
