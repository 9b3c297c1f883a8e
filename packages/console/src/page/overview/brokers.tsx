import type { JSX } from 'preact';
import type { BrokerState, SystemState } from '../../shared/state.ts';
import { sinceMsOf } from '../brokers-now.ts';
import { events } from '../store.ts';
import type { Column } from '../table.tsx';
import { Table } from '../table.tsx';
import { clock } from '../text.ts';

const columns: readonly Column<BrokerState>[] = [
  { name: 'Broker', cell: ({ name }) => <strong>{name}</strong> },
  { name: 'State', cell: ({ state }) => <span class={`state ${state}`}>{state}</span> },
  { name: 'Epoch', numeric: true, cell: ({ epoch }) => epoch ?? '–' },
  { name: 'Since', numeric: true, cell: (broker) => clock(sinceMsOf(broker, events.value)) },
];

export function Brokers({ state }: { readonly state: SystemState }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="brokers">
      <h2 id="brokers">Brokers</h2>
      <Table
        label="Brokers"
        columns={columns}
        rows={state.brokers}
        keyOf={({ endpoint }) => endpoint}
        empty="No broker is configured."
      />
    </section>
  );
}
