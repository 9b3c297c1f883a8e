import { environmentWith } from '@cateto/app-kit';
import { fork } from 'node:child_process';
import { builtProgram } from './programs.ts';

export type CrowdKind = 'clients' | 'servers';

/** A process with many participants. */
export interface Crowd {
  readonly pid: number;
  leave(): Promise<void>;
}

/** Participants of one process. Each has four sockets, and a ZeroMQ context has room for about a thousand. */
const perProcess = 100;

/** Starts so many participants, a hundred to a process. Resolves when all of them are connected. */
export async function joinCrowd(brokers: string, kind: CrowdKind, count: number): Promise<readonly Crowd[]> {
  const crowds: Crowd[] = [];
  for (let left = count; left > 0; left -= perProcess) {
    crowds.push(await startCrowd(brokers, kind, Math.min(left, perProcess)));
  }
  return crowds;
}

async function startCrowd(brokers: string, kind: CrowdKind, count: number): Promise<Crowd> {
  const child = fork(builtProgram('crowd'), [kind, String(count)], {
    env: environmentWith({ CATETO_BROKERS: brokers }),
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`a crowd ended with ${code}`)));
  });
  return {
    pid: child.pid ?? 0,
    async leave() {
      child.disconnect();
      await ended;
    },
  };
}
