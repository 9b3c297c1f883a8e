import { exitCodes, onEndSignal, onParentGone, signalExitCodes } from '@cateto/app-kit';
import type { Cluster } from './cluster.ts';

/** How a cluster that runs from the command line ends. */
export interface Ending {
  /** Aborted when the end begins. */
  readonly signal: AbortSignal;
  /** Stops every process in order and ends this one. */
  end(exitCode: number): void;
  started(cluster: Cluster): void;
}

/**
 * The first signal stops every process in order, a second one kills them. While they are being started the first ends this process: the
 * others notice, and end themselves.
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
    // A terminal that closes sends more than one.
    if (received === 'SIGHUP') return;
    for (const { name } of cluster?.plans ?? []) void cluster?.kill(name, 'SIGKILL');
    process.exit(signalExitCodes[received]);
  });
  onParentGone(() => end(exitCodes.done));
  return { signal, end, started: (started) => void (cluster = started) };
}
