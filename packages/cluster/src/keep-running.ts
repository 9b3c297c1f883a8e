import { setTimeout as delay } from 'node:timers/promises';
import type { AppProcess } from './app-process.ts';
import type { Cluster } from './cluster.ts';

/*
 * Starts the processes of a cluster again when they end. A process is started only after the one before it has ended, so that no
 * two of one name run at once, and no process is started once the cluster is told to stop.
 */

export interface RestartPolicy {
  /** How long to wait before the first restart, the second and so on; the last one holds for all that follow. */
  readonly delaysMs: readonly number[];
  /** A process that ran for so long counts as healthy: the first delay applies to it again. */
  readonly healthyMs: number;
}

export const restartPolicy: RestartPolicy = {
  // Three seconds: time to see what the others do without it.
  delaysMs: [3_000, 6_000, 12_000, 24_000, 48_000, 60_000],
  healthyMs: 60_000,
};

/** Of what a process wrote beside its log the last characters are shown: why it ended. */
const saidMax = 1_000;

/** What becomes of the processes of a cluster. */
export type ProcessEvent =
  /** `process-not-started`: it ended before it was ready, or could not be run at all. */
  | {
      readonly event: 'process-ended' | 'process-not-started';
      readonly process: string;
      /** Its exit code, or the signal that ended it; undefined when it could not be run. */
      readonly how: number | NodeJS.Signals | undefined;
      readonly ranMs: number;
      /** What it wrote on stderr beside its log. */
      readonly said: string | undefined;
      /** It is started again after so long; undefined when it is not. */
      readonly restartMs: number | undefined;
    }
  /** Again: the first start is the cluster's. Not `pid`, which a log keeps for the process that writes it. */
  | { readonly event: 'process-started'; readonly process: string; readonly processId: number };

export interface KeepRunningOptions {
  /** How they are started again; undefined when they are not. */
  readonly policy: RestartPolicy | undefined;
  /** Aborted when the cluster stops: what ends from then on has ended in order. */
  readonly stopping: AbortSignal;
  readonly onEvent: (event: ProcessEvent) => void;
}

type Started = Pick<Cluster, 'plans' | 'get' | 'start'>;

/** Reports each process of a cluster that ends, and starts it again after a while. All of them were started before. */
export function keepRunning(cluster: Started, options: KeepRunningOptions): void {
  for (const { name } of cluster.plans) void keepOne(cluster, name, options);
}

async function keepOne(cluster: Started, name: string, options: KeepRunningOptions): Promise<void> {
  const { policy, stopping, onEvent } = options;
  let restarts = 0;
  for (let running = () => cluster.get(name); ; running = startAgain) {
    const { how, ready, ranMs, said } = await untilEnd(running);
    if (stopping.aborted) return;
    if (policy !== undefined && ranMs >= policy.healthyMs) restarts = 0;
    const restartMs = policy?.delaysMs[Math.min(restarts, policy.delaysMs.length - 1)];
    const event = ready ? 'process-ended' : 'process-not-started';
    onEvent({ event, process: name, how, ranMs: Math.round(ranMs), said, restartMs });
    if (restartMs === undefined || !(await passed(restartMs, stopping))) return;
    restarts += 1;
  }

  function startAgain(): AppProcess {
    const started = cluster.start(name);
    onEvent({ event: 'process-started', process: name, processId: started.pid });
    return started;
  }
}

interface Run {
  readonly how: number | NodeJS.Signals | undefined;
  readonly ready: boolean;
  readonly ranMs: number;
  readonly said: string | undefined;
}

/** Waits for the end of a process. What is thrown instead of a process is its end: the program was not built, for example. */
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
    // It has ended: that is waited for below.
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
