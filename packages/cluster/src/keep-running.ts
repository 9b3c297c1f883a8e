import { setTimeout as delay } from 'node:timers/promises';
import type { AppProcess } from './app-process.ts';
import type { Cluster } from './cluster.ts';
import type { Holds } from './holds.ts';

/*
 * Restarts the processes of a cluster when they end. A process starts only after its predecessor has ended, so that no
 * two of one name run at once. No process starts once the cluster has been told to stop.
 */

export interface RestartPolicy {
  /** The wait before the first restart, the second and so on. The last one holds for all that follow. */
  readonly delaysMs: readonly number[];
  /** A process that ran for so long counts as healthy: its next wait is the first one again. */
  readonly healthyMs: number;
}

export const restartPolicy: RestartPolicy = {
  // Three seconds are time to see how the other processes continue without it.
  delaysMs: [3_000, 6_000, 12_000, 24_000, 48_000, 60_000],
  healthyMs: 60_000,
};

/** How many of the last characters that a process wrote beside its log are shown as the reason of its end. */
const saidMax = 1_000;

/** Reports about the processes of a cluster. */
export type ProcessEvent =
  /** `process-not-started`: the process ended before it was ready, or could not be run at all. */
  | {
      readonly event: 'process-ended' | 'process-not-started';
      readonly process: string;
      /** The exit code, or the signal that ended it; undefined when it could not be run. */
      readonly how: number | NodeJS.Signals | undefined;
      readonly ranMs: number;
      /** The output on stderr beside the log. */
      readonly said: string | undefined;
      /** The wait before the restart; undefined when the process is not restarted. */
      readonly restartMs: number | undefined;
    }
  /**
   * A restart; the cluster makes the first start. Not called `pid`, which is the field of the process that writes the
   * log.
   */
  | { readonly event: 'process-started'; readonly process: string; readonly processId: number };

export interface KeepRunningOptions {
  /** The waits before restarts; undefined for no restarts. */
  readonly policy: RestartPolicy | undefined;
  /** Aborted when the cluster stops. A process that ends from then on has ended in order. */
  readonly stopping: AbortSignal;
  /** The processes that a person has ended. Unless given, a person can end none. */
  readonly holds?: Holds | undefined;
  readonly onEvent: (event: ProcessEvent) => void;
}

type Started = Pick<Cluster, 'plans' | 'get' | 'start'>;

/** Reports each process of a cluster that ends, and restarts it after a wait. All processes were started before. */
export function keepRunning(cluster: Started, options: KeepRunningOptions): void {
  for (const { name } of cluster.plans) void keepOne(cluster, name, options);
}

/** The same for one process, which was started before. */
export async function keepOne(cluster: Started, name: string, options: KeepRunningOptions): Promise<void> {
  const { policy, stopping, holds, onEvent } = options;
  let restarts = 0;
  for (let running = () => cluster.get(name); ; running = startAgain) {
    const { how, ready, ranMs, said } = await untilEnd(running);
    if (stopping.aborted) return;
    if (policy !== undefined && ranMs >= policy.healthyMs) restarts = 0;
    const isHeld = holds?.isHeld(name) === true;
    const restartMs = isHeld ? undefined : policy?.delaysMs[Math.min(restarts, policy.delaysMs.length - 1)];
    const event = ready ? 'process-ended' : 'process-not-started';
    onEvent({ event, process: name, how, ranMs: Math.round(ranMs), said, restartMs });
    if (!(await mayStart(name, restartMs, options))) return;
    restarts = isHeld ? 0 : restarts + 1;
  }

  function startAgain(): AppProcess {
    const started = cluster.start(name);
    onEvent({ event: 'process-started', process: name, processId: started.pid });
    return started;
  }
}

/** Waits until the process may start. @returns false when it must not start again */
async function mayStart(
  name: string,
  restartMs: number | undefined,
  { stopping, holds }: KeepRunningOptions,
): Promise<boolean> {
  if (holds === undefined) return restartMs !== undefined && passed(restartMs, stopping);
  const over = new AbortController();
  const either = AbortSignal.any([stopping, over.signal]);
  const released = holds.released(name, either);
  if (restartMs === undefined) return released;
  await Promise.race([released, passed(restartMs, either)]);
  over.abort();
  return !stopping.aborted;
}

interface Run {
  readonly how: number | NodeJS.Signals | undefined;
  readonly ready: boolean;
  readonly ranMs: number;
  readonly said: string | undefined;
}

/**
 * Waits for the end of a process. An error instead of a process counts as its end, for example if the program was not
 * built.
 */
async function untilEnd(running: () => AppProcess): Promise<Run> {
  let ready = false;
  let process: AppProcess;
  try {
    process = running();
  } catch (error) {
    return { how: undefined, ready, ranMs: 0, said: error instanceof Error ? error.message : String(error) };
  }
  void process.waitFor('ready').then(
    () => (ready = true),
    // The process has ended; the code below waits for that.
    () => undefined,
  );
  const how = await process.ended;
  const said = process.complaints.join(' ').slice(-saidMax);
  return { how, ready, ranMs: performance.now() - process.startedMs, said: said === '' ? undefined : said };
}

/** @returns false when the cluster stops before the time has passed */
async function passed(delayMs: number, stopping: AbortSignal): Promise<boolean> {
  try {
    await delay(delayMs, undefined, { signal: stopping });
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
  return !stopping.aborted;
}
