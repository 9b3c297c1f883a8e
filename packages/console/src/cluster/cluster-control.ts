import type { ClusterConsoleParts, LogEvent } from '@cateto/cluster';
import type { ProcessControl } from '../process-control.ts';
import { shownName } from './cluster-events.ts';
import type { ProcessState } from '../shared/state.ts';

/* The actions of a person on the processes of a cluster, and the states that follow from these and from the logs. */

export interface ClusterControlParts extends Pick<ClusterConsoleParts, 'cluster' | 'feed' | 'supervision'> {
  /** Tells what was done, as an event of that process. */
  onAction(name: string, event: string): void;
}

type Act = (name: string) => Promise<void> | void;

export function clusterControl({ cluster, feed, supervision, onAction }: ClusterControlParts): ProcessControl {
  const states = new Map<string, ProcessState>();
  const watching = new Set<(states: readonly ProcessState[]) => void>();

  function set(name: string, state: ProcessState['state'], pid = states.get(name)?.pid): void {
    states.set(name, { name, shown: shownName(name), pid, state, sinceMs: Date.now() });
    for (const tell of watching) tell([...states.values()]);
  }

  async function end(name: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    supervision.hold(name);
    onAction(name, signal === 'SIGKILL' ? 'killed' : 'told-to-end');
    const { ended } = cluster.get(name);
    await cluster.kill(name, signal);
    await ended;
  }

  const actions: Readonly<Record<string, { readonly from: readonly ProcessState['state'][]; readonly act: Act }>> = {
    kill: { from: ['starting', 'running', 'paused'], act: (name) => end(name, 'SIGKILL') },
    pause: {
      from: ['running'],
      async act(name) {
        onAction(name, 'paused');
        await cluster.kill(name, 'SIGSTOP');
        set(name, 'paused');
      },
    },
    resume: {
      from: ['paused'],
      async act(name) {
        await cluster.kill(name, 'SIGCONT');
        onAction(name, 'resumed');
        set(name, 'running');
      },
    },
    restart: {
      from: ['running'],
      async act(name) {
        await end(name, 'SIGTERM');
        supervision.release(name);
      },
    },
    start: { from: ['ended'], act: (name) => supervision.release(name) },
  };

  feed.listen((name, logged) => {
    const state = stateAfter(logged);
    const pid = logged['processId'];
    if (state !== undefined) set(name, state, typeof pid === 'number' ? pid : undefined);
  });
  for (const { name } of cluster.plans) {
    const { pid, events } = cluster.get(name);
    const last = events.findLast((logged) => stateAfter(logged) !== undefined);
    const state = last === undefined ? 'starting' : (stateAfter(last) ?? 'starting');
    states.set(name, {
      name,
      shown: shownName(name),
      pid,
      state,
      sinceMs: last === undefined ? Date.now() : Date.parse(last.time),
    });
  }

  return {
    async act(name, action) {
      if (name === 'op-server' && action === 'add') return void supervision.addOpServer();
      const found = Object.hasOwn(actions, action) ? actions[action] : undefined;
      const state = states.get(name)?.state;
      if (found === undefined || state === undefined) return 'There is no such process or action. Reload the page.';
      if (!found.from.includes(state)) return `${name} is ${state}, so it cannot be told to ${action}.`;
      await found.act(name);
      return undefined;
    },
    watch(onChange) {
      watching.add(onChange);
      onChange([...states.values()]);
      return { close: () => void watching.delete(onChange) };
    },
  };
}

function stateAfter({ event }: LogEvent): ProcessState['state'] | undefined {
  switch (event) {
    case 'process-started':
      return 'starting';
    case 'ready':
      return 'running';
    case 'process-ended':
    case 'process-not-started':
      return 'ended';
    default:
      return undefined;
  }
}
