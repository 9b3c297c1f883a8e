interface Waiting {
  readonly runs: Set<() => void>;
  readonly abort: () => void;
  aborted: boolean;
}

/** The callbacks that wait for each signal. */
const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls `run` once when the signal aborts, also when the signal calls its listener during registration. All callbacks
 * of one signal share one listener: Node warns of a leak when a signal has more than ten.
 *
 * @returns a function that unregisters `run`; it never throws. Call it when `run` is not needed any more.
 * @throws whatever a signal of another library throws when a listener is added
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
      // A signal of another library may throw here. Its listener stays registered, but calls nothing any more.
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
