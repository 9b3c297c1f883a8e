interface Waiting {
  readonly runs: Set<() => void>;
  readonly abort: () => void;
  aborted: boolean;
}

/** What waits for each signal. */
const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Runs something when a signal aborts that has not yet; at once when the signal calls a listener as soon as it has it. However many wait for a signal, it has one listener of theirs: Node warns of
 * a leak when there are more than ten.
 *
 * @returns what ends that, and never throws; to be called once it is not needed any more
 * @throws what a signal of another library throws when it is listened to
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listenTo(signal);
  waiting.runs.add(run);
  if (waiting.aborted) run();
  return () => {
    waiting.runs.delete(run);
    if (waiting.runs.size > 0 || waitingFor.get(signal) !== waiting) return;
    waitingFor.delete(signal);
    try {
      signal.removeEventListener('abort', waiting.abort);
    } catch {
      // A signal of another library. The listener that it keeps runs nothing any more, and the call has its outcome.
    }
  };
}

function listenTo(signal: AbortSignal): Waiting {
  const runs = new Set<() => void>();
  const abort = (): void => {
    waiting.aborted = true;
    for (const run of runs) run();
  };
  const waiting: Waiting = { runs, abort, aborted: false };
  signal.addEventListener('abort', abort);
  waitingFor.set(signal, waiting);
  return waiting;
}
