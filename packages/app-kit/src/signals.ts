import { closeSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
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
const terminals = [0, 1, 2].filter((stream) => isatty(stream));

let onSignal: (signal: EndSignal) => void = endAtOnce;
let caught = false;

/** Makes signals end the process at once, as the first process of a container too, until `onEndSignal` says otherwise. */
export function catchSignals(): void {
  if (caught) return;
  caught = true;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    if (cameBefore(signal)) process.exit(signalExitCodes[signal]);
    process.on(signal, () => onSignal(signal));
  }
  process.on('SIGHUP', () => {
    // Node undoes the ignoring that `nohup` hands down. What `nohup` started has no terminal, and nor has a service.
    if (terminals.length === 0) return;
    process.once('exit', letGoOfTerminals);
    onSignal('SIGHUP');
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

/** At its end Node sets terminals as they were before; of one that is gone it makes an assertion that fails, and aborts. */
function letGoOfTerminals(): void {
  for (const stream of terminals.splice(0)) closeSync(stream);
}

/**
 * Whether a signal came to the first process of a container while Node itself started. Node handles these two from its beginning, once: it
 * lets go of the signal and raises it again, which ends any process but this one. So what Node does not handle any more has come.
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
    // A container without /proc does not tell.
    return '';
  }
}

/** What a signal does by default, and what the first process of a container does in its place. */
function endAtOnce(signal: EndSignal): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  process.exit(signalExitCodes[signal]);
}
