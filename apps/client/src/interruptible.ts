import { CommandFault } from './command-fault.ts';
import { exitCodes } from './exit-codes.ts';

/** Stops waiting for something that cannot be cancelled when the user interrupts. */
export async function interruptible<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(interruption());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([promise, interrupted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Resolves when the user interrupts, or when the reader of stdout has gone. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

export function interruption(): CommandFault {
  return new CommandFault(exitCodes.interrupted, 'interrupted');
}
