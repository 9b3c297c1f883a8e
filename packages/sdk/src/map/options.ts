import type { Failure, Formula } from '@cateto/contracts';
import { failure, isFailure, limits, textOf } from '@cateto/contracts';
import { readCallOptions } from '../call-options.ts';
import type { CallOptions } from '../call.ts';
import type { OptionNames } from '../option-names.ts';
import { unknownOption } from '../option-names.ts';
import type { MapOptions, OnFailure } from './types.ts';

const names: OptionNames<MapOptions> = {
  concurrency: true,
  ordered: true,
  signal: true,
  onFailure: true,
  timeoutMs: true,
  trace: true,
};

/** The options of a map with their defaults. */
export interface MapPlan {
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly onFailure: OnFailure;
  readonly signal: CallOptions['signal'];
  /** The options of each call. */
  readonly each: Pick<CallOptions, 'timeoutMs' | 'trace'>;
}

const concurrencyDefault = 256;

/** Checks the options of a map at run time, because types do not bind a program in JavaScript. */
export function readMapOptions(formula: Formula, given: unknown = {}): MapPlan | Failure {
  try {
    return read(formula, given);
  } catch (error) {
    return refuse(`the options cannot be read: ${textOf(error)}`);
  }
}

function read(formula: Formula, given: unknown): MapPlan | Failure {
  if (typeof given !== 'object' || given === null) return refuse('the options are not an object');
  const unknown = unknownOption(given, names);
  if (unknown !== undefined) return refuse(unknown);
  const {
    concurrency = concurrencyDefault,
    ordered = true,
    onFailure = 'throw',
    timeoutMs,
    trace,
    signal,
  } = given as {
    readonly [Name in keyof MapOptions]: unknown;
  };
  const most = limits.heldRequestsMax;
  if (!(typeof concurrency === 'number' && Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= most)) {
    return refuse(`concurrency: ${textOf(concurrency)} is not a whole number from 1 to ${most}`);
  }
  if (typeof ordered !== 'boolean') return refuse(`ordered: ${textOf(ordered)} is not true or false`);
  if (onFailure !== 'throw' && onFailure !== 'collect') {
    return refuse(`onFailure: ${textOf(onFailure)} is not throw or collect`);
  }
  const call = readCallOptions(formula, { timeoutMs, trace, signal });
  if (isFailure(call)) return call;
  return {
    concurrency,
    ordered,
    onFailure,
    signal: call.signal,
    each: { timeoutMs: call.timeoutMs, trace: call.trace },
  };
}

function refuse(message: string): Failure {
  return failure('invalid-request', `map: ${message}`);
}
