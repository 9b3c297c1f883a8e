import { environmentWith } from '@cateto/app-kit';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Entry } from './history.ts';
import type { WorkloadName } from './workload.ts';

/* A client in a process of its own. The load runs there, and its history is kept here. */

/** The configuration that the process gets, once. */
export interface RemoteLoad {
  readonly client: string;
  readonly workload: WorkloadName;
  readonly brokers: string;
  readonly perSecond: number;
  readonly timeoutMs: number;
  readonly first: number;
  readonly step: number;
  readonly seed: number;
}

export type ToRemote = { readonly start: RemoteLoad } | 'stop';
export type FromRemote = { readonly entries: readonly Entry[] } | 'settled';

export interface RemoteGenerator {
  readonly pid: number;
  /** Like the generator's `end`; then the process ends. */
  stop(): Promise<void>;
  /** Ends the process at once. */
  kill(): void;
}

const program = fileURLToPath(new URL('remote-client.ts', import.meta.url));

export function startRemoteGenerator(
  load: RemoteLoad,
  environment: Readonly<Record<string, string>>,
  record: (entry: Entry) => void,
): RemoteGenerator {
  const execArgv = ['--conditions=@cateto/source', '--import', 'tsx'];
  const child = fork(program, [], { execArgv, env: environmentWith(environment) });
  const tell = (message: ToRemote): void => void child.send(message);
  const ended = once(child, 'exit');
  child.on('message', (message: FromRemote) => {
    // Everything has arrived, because messages come in order.
    if (message === 'settled') child.disconnect();
    else for (const entry of message.entries) record(entry);
  });
  tell({ start: load });
  return {
    pid: child.pid ?? -1,
    async stop() {
      if (child.connected) tell('stop');
      await ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
