import type { HandlerSignal } from '@cateto/contracts';

/*
 * Functions that both Node and browsers have beyond the language. They get their types here, because this package uses
 * the types of neither. Timers and clocks are not here, because they come from the platform.
 */

export type Signal = HandlerSignal;

export interface SignalController {
  readonly signal: Signal;
  abort(reason?: unknown): void;
}

interface Web {
  readonly AbortController: new () => SignalController;
  readonly DOMException: new (message: string, name: string) => Error;
  readonly queueMicrotask: (run: () => void) => void;
}

// The functions as they are when this file is imported. Tests of a program may replace them later with fakes.
const { AbortController, DOMException, queueMicrotask } = globalThis as unknown as Web;

export function newController(): SignalController {
  return new AbortController();
}

/** The error of a signal that aborts. */
export function abortError(message: string, name: 'AbortError' | 'TimeoutError'): Error {
  return new DOMException(message, name);
}

/** Runs a function after the current code has returned, apart from it. */
export function inMicrotask(run: () => void): void {
  queueMicrotask(run);
}
