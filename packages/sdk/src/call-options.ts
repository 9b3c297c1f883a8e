import type { Failure, Formula } from '@cateto/contracts';
import { failure, limits, textOf } from '@cateto/contracts';
import type { CallOptions } from './call.ts';
import type { OptionNames } from './option-names.ts';
import { unknownOption } from './option-names.ts';

const names: OptionNames<CallOptions> = { timeoutMs: true, signal: true, trace: true, onProgress: true };

/** Checks the options of a call at run time, because types do not bind a program in JavaScript. */
export function readCallOptions(formula: Formula, given: unknown): CallOptions | Failure {
  if (given === undefined) return {};
  try {
    return read(formula, given);
  } catch (error) {
    return refuse(`${formula.name}: the options cannot be read: ${textOf(error)}`);
  }
}

function read(formula: Formula, given: unknown): CallOptions | Failure {
  const { name, operands } = formula;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return refuse(`${name} takes ${operands.length} operands, and then options as an object`);
  }
  const unknown = unknownOption(given, names);
  if (unknown !== undefined) return refuse(`${name}: ${unknown}`);
  const { timeoutMs, signal, trace, onProgress }: { [Key in keyof CallOptions]: unknown } = given;
  if (timeoutMs !== undefined && !isDuration(timeoutMs)) {
    const what = typeof timeoutMs === 'number' ? `a timeout of ${timeoutMs} ms` : 'a timeout that is not a number';
    return refuse(`${name}: ${what} is not above 0 and at most a day`);
  }
  if (signal !== undefined && !isSignal(signal)) return refuse(`${name}: the signal is not an AbortSignal`);
  if (onProgress !== undefined && !isProgressListener(onProgress))
    return refuse(`${name}: onProgress is not a function`);
  if (trace === undefined || trace === true) return { timeoutMs, signal, trace, onProgress };
  if (typeof trace !== 'string') return refuse(`${name}: a trace is a text, or true`);
  if (trace.length > limits.traceMax) {
    return refuse(`${name}: a trace of ${trace.length} characters; at most ${limits.traceMax} are possible`);
  }
  return trace.isWellFormed()
    ? { timeoutMs, signal, trace, onProgress }
    : refuse(`${name}: a trace with half of a surrogate pair cannot be sent`);
}

/** How long a status may take, in milliseconds. */
export function readStatusWait(given: unknown): number | Failure {
  try {
    if (typeof given !== 'object' || given === null) return refuse('status takes its options as an object');
    const unknown = unknownOption(given, { waitMs: true });
    if (unknown !== undefined) return refuse(`status: ${unknown}`);
    const { waitMs = statusWaitMs } = given as { readonly waitMs?: unknown };
    if (isDuration(waitMs)) return waitMs;
    return refuse(`status: a wait of ${textOf(waitMs)} ms is not above 0 and at most a day`);
  } catch (error) {
    return refuse(`status: the options cannot be read: ${textOf(error)}`);
  }
}

const statusWaitMs = 1_000;

/** Checks the shape, not the class: a test runner that imitates a browser brings an AbortSignal class of its own. */
function isSignal(given: unknown): given is AbortSignal {
  if (typeof given !== 'object' || given === null) return false;
  const signal = given as Partial<Record<keyof AbortSignal, unknown>>;
  return (
    typeof signal.aborted === 'boolean' &&
    typeof signal.addEventListener === 'function' &&
    typeof signal.removeEventListener === 'function'
  );
}

function isProgressListener(given: unknown): given is NonNullable<CallOptions['onProgress']> {
  return typeof given === 'function';
}

/** A duration in milliseconds: above 0 and at most a day. */
export function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= limits.ttlMsMax;
}

function refuse(message: string): Failure {
  return failure('invalid-request', message);
}
