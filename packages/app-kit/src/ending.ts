import { exitCodes } from './exit-codes.ts';
import type { Log } from './log.ts';
import { onParentGone } from './parent-gone.ts';
import { onEndSignal, signalExitCodes } from './signals.ts';

/** How long a server may take to close after its drain time. */
const closeMaxMs = 1_000;

/**
 * Resolves when the process should end: on the first signal, also during the start, or when the parent process has
 * gone. The parent is noticed through its channel, or through npm. From then on the process has its drain time and 1 s.
 * A second signal ends the process at once, unless it is SIGHUP: a terminal that closes sends several.
 *
 * @throws Error when the parent process has already gone, because no event will report that any more
 */
export function endAsked(log: Log, drainMs: number): Promise<void> {
  // Undefined without a channel, although the type says boolean.
  if ((process.connected as boolean | undefined) === false) throw new Error('the parent process has gone');
  return new Promise((resolve) => {
    let asked = false;
    const afterMs = drainMs + closeMaxMs;

    const ask = (): void => {
      if (asked) return;
      asked = true;
      setTimeout(() => {
        report(log, 'error', { event: 'drain-overdue', afterMs });
        process.exit(exitCodes.failed);
      }, afterMs);
      resolve();
    };

    onEndSignal((signal) => {
      if (asked && signal !== 'SIGHUP') process.exit(signalExitCodes[signal]);
      ask();
    });
    // The end of the parent does not count as a second signal, so that a drain can go on.
    process.on('disconnect', ask);
    onParentGone(ask);
  });
}

/** Ends the process on a fault of the program itself, because its state cannot be trusted any more. */
export function endOnFault(log: Log): void {
  const end = (error: unknown): void => {
    report(log, 'fatal', { event: 'fault', err: error instanceof Error ? error : new Error(String(error)) });
    process.exit(exitCodes.failed);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}

interface LastWords {
  readonly event: string;
  readonly err?: Error;
  readonly afterMs?: number;
}

/** Reports why a process fails, even if its log is silent. */
function report(log: Log, level: 'error' | 'fatal', words: LastWords): void {
  if (log.isLevelEnabled(level)) log[level](words);
  else process.stderr.write(`${words.event}${words.err === undefined ? '' : `: ${words.err.stack}`}\n`);
}
