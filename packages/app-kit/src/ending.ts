import { exitCodes } from './exit-codes.ts';
import type { Log } from './log.ts';
import { onParentGone } from './parent.ts';
import { onEndSignal, signalExitCodes } from './signals.ts';

/** Whoever started the process expects it to be gone by then. */
const drainMaxMs = 5_000;

/**
 * Resolves when the process is to end: on the first signal, also while it still starts, or when the process that started it, with a channel
 * or through npm, is gone. It has 5 s from then on. A second signal ends it at once, unless that is a SIGHUP: a terminal that closes sends
 * more than one.
 *
 * @throws Error when the process that started this one is gone already: the event of that will not come any more
 */
export function endAsked(log: Log): Promise<void> {
  // Undefined without a channel, whatever its type says.
  if ((process.connected as boolean | undefined) === false) throw new Error('whoever started this is gone');
  return new Promise((resolve) => {
    let asked = false;

    const ask = (): void => {
      if (asked) return;
      asked = true;
      setTimeout(() => {
        report(log, 'error', { event: 'drain-overdue', afterMs: drainMaxMs });
        process.exit(exitCodes.failed);
      }, drainMaxMs);
      resolve();
    };

    onEndSignal((signal) => {
      if (asked && signal !== 'SIGHUP') process.exit(signalExitCodes[signal]);
      ask();
    });
    // The end of what started it is no second signal: what drains may go on draining.
    process.on('disconnect', ask);
    onParentGone(ask);
  });
}

/** Ends the process on a fault of the program itself: nothing of its state can be trusted any more. */
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

/** Why a process fails is said even when its log is silent. */
function report(log: Log, level: 'error' | 'fatal', words: LastWords): void {
  if (log.isLevelEnabled(level)) log[level](words);
  else process.stderr.write(`${words.event}${words.err === undefined ? '' : `: ${words.err.stack}`}\n`);
}
