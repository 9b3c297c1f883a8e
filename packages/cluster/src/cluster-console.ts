import type { HttpAddress } from '@cateto/app-kit';
import type { Cluster } from './cluster.ts';
import type { LogEvent } from './log-event.ts';

/*
 * The seam to the console. This package does not import the console: the program that starts the cluster passes it in.
 * So a cluster loads no web server without `--console`.
 */

/** The parts that a console gets from the cluster whose processes it shows. */
export interface ClusterConsoleParts {
  readonly cluster: Cluster;
  /** As the flag gave it; undefined for the default of the console. */
  readonly address: HttpAddress | undefined;
  /** The module of `--catalogue`. */
  readonly catalogue: string | undefined;
  /** The files of a client's keys. */
  readonly keys: { readonly key: string; readonly brokerKeys: string } | undefined;
  readonly supervision: Supervision;
  /** Everything that the processes log from now on, and what the cluster says about them. */
  readonly feed: ClusterFeed;
}

/** The actions of a person on the processes of the cluster. */
export interface Supervision {
  /** From now on, the process is not restarted by itself. */
  hold(name: string): void;
  /** Starts the process, now or as soon as it has ended. */
  release(name: string): void;
  /**
   * Starts one more op-server, which is restarted like the others.
   *
   * @returns its name
   */
  addOpServer(): string;
}

export interface ClusterConsole {
  readonly url: string;
  close(): Promise<void>;
}

/** @throws Error when the console cannot be opened there */
export type OpenClusterConsole = (parts: ClusterConsoleParts) => Promise<ClusterConsole>;

export type FeedListener = (process: string, logged: LogEvent) => void;

export interface ClusterFeed {
  /** @returns a function that stops it */
  listen(listener: FeedListener): () => void;
}

export function createFeed(): ClusterFeed & { readonly pass: FeedListener } {
  const listeners = new Set<FeedListener>();
  return {
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    pass(process, logged) {
      for (const listener of listeners) listener(process, logged);
    },
  };
}
