import { isatty } from 'node:tty';

/*
 * A signal is never lost: a program calls `catchSignals` before it loads anything else, and says later what a signal does. This file
 * imports nothing that takes time to load. The first process of a container has no default for a signal: the kernel drops what it does
 * not handle, and `docker stop` would wait ten seconds.
 */

export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** As a shell reports the end by a signal. */
export const signalExitCodes: Readonly<Record<EndSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Asked at the start: of a terminal that hung up the answer would be no. */
const atTerminal = [0, 1, 2].some((stream) => isatty(stream));

let onSignal: (signal: EndSignal) => void = endAtOnce;
let caught = false;

/** Makes signals end the process at once, as the first process of a container too, until `onEndSignal` says otherwise. */
export function catchSignals(): void {
  if (caught) return;
  caught = true;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal(signal));
  process.on('SIGHUP', () => {
    // Node undoes the ignoring that `nohup` hands down. What `nohup` started has no terminal, and nor has a service.
    if (atTerminal) onSignal('SIGHUP');
  });
}

/**
 * Says what a signal that ends the process does from now on.
 *
 * @param run SIGHUP is among its signals only where a terminal was attached at the start
 */
export function onEndSignal(run: (signal: EndSignal) => void): void {
  catchSignals();
  onSignal = run;
}

/** What a signal does by default, and what the first process of a container does in its place. */
function endAtOnce(signal: EndSignal): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  process.exit(signalExitCodes[signal]);
}
