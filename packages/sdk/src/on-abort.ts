interface Waiting {
  readonly runs: Set<() => void>;
  readonly abort: () => void;
}

/** What waits for each signal. */
const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Runs something when a signal aborts that has not yet. However many wait for a signal, it has one listener of theirs: Node warns of
 * a leak when there are more than ten.
 *
 * @returns what ends that; to be called once it is not needed any more
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listenTo(signal);
  waiting.runs.add(run);
  return () => {
    waiting.runs.delete(run);
    if (waiting.runs.size > 0 || waitingFor.get(signal) !== waiting) return;
    waitingFor.delete(signal);
    signal.removeEventListener('abort', waiting.abort);
  };
}

function listenTo(signal: AbortSignal): Waiting {
  const runs = new Set<() => void>();
  const abort = (): void => {
    for (const run of runs) run();
  };
  signal.addEventListener('abort', abort);
  const waiting = { runs, abort };
  waitingFor.set(signal, waiting);
  return waiting;
}
