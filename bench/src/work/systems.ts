import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { benchFolder } from '../programs.ts';
import type { ProcessSpec } from './stack.ts';

/** The servers that a load needs from a system. */
export interface WorkLayout {
  readonly servers: number;
  /**
   * The number of threads for the handlers of each server; 0 runs them in the main thread. Systems without threads
   * ignore it.
   */
  readonly threads: number;
  /** How many asynchronous handlers may run at once in each server. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Six free ports on loopback. */
  readonly ports: readonly number[];
}

/** The part of a `peer.mjs` for this suite. The rest of the file is for the benchmark of messaging systems. */
export interface WorkPeer {
  readonly title: string;
  readonly work: {
    /** The URL of a module with `connect(opts)`, which returns a {@link WorkClient}. */
    readonly client: string;
    /**
     * Whether the servers are threads of the client. Then both clients are one process, and no server can be killed.
     */
    readonly inClient?: boolean;
    /**
     * The processes in the order in which they start: brokers, then `server-0` and so on. `opts` are the options of the
     * clients.
     */
    stack(layout: WorkLayout): { readonly specs: readonly ProcessSpec[]; readonly opts: unknown };
  };
}

export const peerNames = ['piscina', 'nats-micro', 'bullmq'] as const;

/**
 * @param name one of {@link peerNames}, or the path of a `peer.mjs` that has `work`
 * @throws Error that says what to do when the peers are not installed
 */
export async function loadPeer(name: string): Promise<WorkPeer> {
  const peers = join(benchFolder, 'peers');
  const known = (peerNames as readonly string[]).includes(name);
  if (known && !existsSync(join(peers, 'node_modules'))) {
    throw new Error('the peers are not installed: run `npm ci` in bench/peers');
  }
  return load(known ? join(peers, name, 'peer.mjs') : resolve(name));
}

export function loadCateto(): Promise<WorkPeer> {
  return load(join(benchFolder, 'peer', 'peer.mjs'));
}

async function load(file: string): Promise<WorkPeer> {
  if (!existsSync(file)) throw new Error(`there is no ${file}`);
  const { default: peer } = (await import(pathToFileURL(file).href)) as { readonly default: Partial<WorkPeer> };
  if (peer.work === undefined) throw new Error(`${file} has no \`work\`: nothing of it can be measured here`);
  return { title: peer.title ?? file, work: peer.work };
}
