import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ProcessState } from '../../shared/state.ts';
import { actOn, Problem } from '../api.ts';
import { processes, welcome } from '../store.ts';
import type { Column } from '../table.tsx';
import { Table } from '../table.tsx';
import { clock } from '../text.ts';
import { Tour } from './tour.tsx';

export const said = signal('');

/** Ends, stops and restarts the processes of the cluster. */
export function Chaos(): JSX.Element {
  if (welcome.value?.chaos !== true) {
    return <p class="empty">Only the console of a cluster can end its processes: start it with cluster --console.</p>;
  }
  return (
    <>
      <h1 class="unseen">Chaos</h1>
      <Tour />
      <section class="panel" aria-labelledby="processes">
        <h2 id="processes">Processes</h2>
        <p class="note">
          A process that you kill here stays away until you start it. The cluster restarts all others by itself.
        </p>
        <Table
          label="Processes"
          columns={columns}
          rows={processes.value}
          keyOf={({ name }) => name}
          empty="The cluster has no processes."
        />
        <p class="actions">
          <button type="button" onClick={() => void act('op-server', 'add')}>
            Add an op-server
          </button>
          <span role="status" class="problem">
            {said.value}
          </span>
        </p>
      </section>
    </>
  );
}

const columns: readonly Column<ProcessState>[] = [
  { name: 'Process', cell: ({ shown }) => <strong>{shown}</strong> },
  { name: 'State', cell: ({ state }) => <span class={`state ${state}`}>{state}</span> },
  { name: 'Since', numeric: true, cell: ({ sinceMs }) => clock(sinceMs) },
  { name: 'Process id', numeric: true, cell: ({ pid, state }) => (state === 'ended' ? '–' : (pid ?? '–')) },
  { name: 'Actions', cell: (process) => <Buttons {...process} /> },
];

const actions: Readonly<Record<ProcessState['state'], readonly (readonly [action: string, text: string])[]>> = {
  starting: [['kill', 'Kill']],
  running: [
    ['kill', 'Kill'],
    ['pause', 'Stop'],
    ['restart', 'Restart'],
  ],
  paused: [
    ['resume', 'Resume'],
    ['kill', 'Kill'],
  ],
  ended: [['start', 'Start']],
};

function Buttons({ name, shown, state }: ProcessState): JSX.Element {
  return (
    <span class="buttons">
      {actions[state].map(([action, text]) => (
        <button key={action} type="button" aria-label={`${text} ${shown}`} onClick={() => void act(name, action)}>
          {text}
        </button>
      ))}
    </span>
  );
}

export async function act(name: string, action: string): Promise<void> {
  said.value = '';
  try {
    await actOn(name, action);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    said.value = error.message;
  }
}
