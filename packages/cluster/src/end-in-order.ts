import { exitCodes, onEndSignal, onParentGone, signalExitCodes } from '@cateto/app-kit';
import type { Cluster } from './cluster.ts';

/** How a cluster that runs from the command line ends. */
export interface Ending {
  /** Aborted when the end begins. */
  readonly signal: AbortSignal;
  /** Stops every process in order, then ends this process. */
  end(exitCode: number): void;
  started(cluster: Cluster): void;
}

/**
 * The first signal stops every process in order, and a second one kills them. During the start, the first signal ends
 * this process: the other processes notice, and end themselves.
 */
export function endInOrder(): Ending {
  const ending = new AbortController();
  const { signal } = ending;
  let cluster: Cluster | undefined;

  function end(exitCode: number): void {
    if (signal.aborted) return;
    ending.abort();
    if (cluster === undefined) process.exit(exitCode);
    void cluster.stop().then(() => process.exit(exitCode));
  }

  onEndSignal((received) => {
    if (!signal.aborted) return end(exitCodes.done);
    // A terminal that closes sends several signals.
    if (received === 'SIGHUP') return;
    for (const { name } of cluster?.plans ?? []) void cluster?.kill(name, 'SIGKILL');
    process.exit(signalExitCodes[received]);
  });
  onParentGone(() => end(exitCodes.done));
  return { signal, end, started: (started) => void (cluster = started) };
}
