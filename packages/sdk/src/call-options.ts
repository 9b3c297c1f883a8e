import type { Failure, Formula } from '@cateto/contracts';
import { failure, limits } from '@cateto/contracts';
import type { CallOptions } from './client.ts';
import type { OptionNames } from './option-names.ts';
import { unknownOption } from './option-names.ts';

const names: OptionNames<CallOptions> = { timeoutMs: true, signal: true, trace: true };

/** The options of a call, whatever the caller handed in: types do not bind a program in JavaScript. */
export function readCallOptions(formula: Formula, given: unknown): CallOptions | Failure {
  if (given === undefined) return {};
  const { name, operands } = formula;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return refuse(`${name} takes ${operands.length} operands, and then options as an object`);
  }
  const unknown = unknownOption(given, names);
  if (unknown !== undefined) return refuse(`${name}: ${unknown}`);
  const { timeoutMs, signal, trace }: { [Key in keyof CallOptions]: unknown } = given;
  if (timeoutMs !== undefined && !isDuration(timeoutMs)) {
    const what = typeof timeoutMs === 'number' ? `a timeout of ${timeoutMs} ms` : 'a timeout that is no number';
    return refuse(`${name}: ${what} is not above 0 and at most a day`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) return refuse(`${name}: the signal is no AbortSignal`);
  if (trace === undefined || trace === true) return { timeoutMs, signal, trace };
  if (typeof trace !== 'string') return refuse(`${name}: a trace is a text, or true`);
  return trace.length > limits.traceMax
    ? refuse(`${name}: a trace of ${trace.length} characters; at most ${limits.traceMax} are possible`)
    : { timeoutMs, signal, trace };
}

/** Milliseconds that somebody may wait. */
export function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= limits.ttlMsMax;
}

function refuse(message: string): Failure {
  return failure('invalid-request', message);
}
