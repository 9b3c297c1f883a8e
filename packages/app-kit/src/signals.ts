import { closeSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';

/*
 * No signal is lost: a program calls `catchSignals` before it loads anything else, and sets later what a signal does.
 * So this file imports nothing that takes long to load. The first process of a container has no default action for a
 * signal: the kernel drops a signal that the process does not handle, and `docker stop` would wait ten seconds.
 */

export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The exit code by which a shell reports an end by a signal. */
export const signalExitCodes: Readonly<Record<EndSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Computed at the start, because `isatty` returns false after a terminal has hung up. */
const terminals = [0, 1, 2].filter((stream) => isatty(stream));

let onSignal: (signal: EndSignal) => void = endAtOnce;
let onReload: () => void = () => undefined;
let caught = false;

/**
 * Makes signals end the process at once until `onEndSignal` sets another action, also in the first process of a
 * container.
 */
export function catchSignals(): void {
  if (caught) return;
  caught = true;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    if (cameBefore(signal)) process.exit(signalExitCodes[signal]);
    process.on(signal, () => onSignal(signal));
  }
  process.on('SIGHUP', () => {
    // `nohup` lets a process ignore SIGHUP, but Node resets that. A process without a terminal was started by `nohup`
    // or as a service.
    if (terminals.length === 0) return onReload();
    process.once('exit', letGoOfTerminals);
    onSignal('SIGHUP');
  });
}

/**
 * Sets what a signal that ends the process does from now on.
 *
 * @param run gets SIGHUP only if a terminal was attached at the start
 */
export function onEndSignal(run: (signal: EndSignal) => void): void {
  catchSignals();
  onSignal = run;
}

/** Makes signals end the process at once again, as before `onEndSignal`. */
export function endOnSignal(): void {
  onEndSignal(endAtOnce);
}

/** Sets what SIGHUP does in a process that was started without a terminal, as a service is. */
export function onReloadSignal(run: () => void): void {
  catchSignals();
  onReload = run;
}

/**
 * Closes terminals that have gone. When Node exits it restores the terminals' modes; for a terminal that has gone, an
 * assertion fails and Node aborts.
 */
function letGoOfTerminals(): void {
  for (const stream of terminals.splice(0)) closeSync(stream);
}

/**
 * Whether a signal arrived while Node itself was starting, in the first process of a container. At first Node handles
 * these two signals once: it removes its handler and raises the signal again, which ends any process except process 1.
 * So a signal has arrived if Node no longer handles it.
 */
function cameBefore(signal: 'SIGINT' | 'SIGTERM'): boolean {
  if (process.pid !== 1) return false;
  const handled = /^SigCgt:\s*([0-9a-f]+)$/m.exec(statusOfThis())?.[1];
  return handled !== undefined && ((BigInt(`0x${handled}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 0n;
}

function statusOfThis(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    // In a container without /proc this is unknown.
    return '';
  }
}

/** Ends the process as a signal does by default, also in the first process of a container. */
function endAtOnce(signal: EndSignal): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  process.exit(signalExitCodes[signal]);
}
