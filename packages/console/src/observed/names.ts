import type { ServerView } from '@cateto/sdk';
import { bounded } from '../server/bounded.ts';

/*
 * The names of processes for people: `op-server 2f1c`, with the end of the address. With keys, the beginning of an
 * address belongs to the key, so several processes may share it. A cluster knows better names, by process id.
 */

export interface Names {
  learn(servers: readonly Pick<ServerView, 'address' | 'role' | 'pid'>[]): void;
  call(address: string, name: string): void;
  of(address: string): string;
}

const knownMax = 10_000;

export function createNames(nameOfProcess: (pid: number) => string | undefined): Names {
  const known = new Map<string, string>();

  function call(address: string, name: string): void {
    if (known.size < knownMax || known.has(address)) known.set(address, name);
  }

  return {
    learn(servers) {
      for (const { address, role, pid } of servers) call(address, nameOfProcess(pid) ?? `${role} ${end(address)}`);
    },
    call,
    of: (address) => known.get(address) ?? `client ${end(address)}`,
  };
}

function end(address: string): string {
  return bounded(address.slice(-4), 8);
}
