import { standardResult } from '../schemas/standard-schema.ts';
import type { StandardSchema, ValueSchema, ZodSchema } from '../schemas/value-schema.ts';
import { zodOf } from '../schemas/value-schema.ts';
import { z } from '../schemas/zod.ts';
import { asOnWire, misreadPlace } from './binary-value.ts';
import { ownCodeOf } from './own-code.ts';
import { takeValue } from './plain-value.ts';
import type { Validate } from './validate.ts';
import { validatorOf } from './validate.ts';
import { isBrief, earlyValidatorOf } from './validate-early.ts';
import { textOf } from './thrown-text.ts';
import { misfit } from '../messages/message-layout.ts';

/*
 * The only place that runs the code of a contract: refinements, defaults, and texts of errors. Users write contracts,
 * so this code can throw. An error that it throws is the outcome of the one value that it was given.
 */

export type Parsed =
  | { readonly fits: true; readonly value: unknown }
  /** `threw`: the contract's code threw, so nothing is known about the value. */
  | { readonly fits: false; readonly problem: string; readonly threw?: true };

/**
 * @returns what is wrong with a value to be sent; undefined when it fits. The reader applies the changes that the
 *   schema makes.
 */
export function problemOf(schema: ValueSchema, value: unknown): string | undefined {
  if (validatorOf(schema)?.(value) === true) return undefined;
  const parsed = parse(schema, value);
  return parsed.fits ? undefined : parsed.problem;
}

/**
 * @param binary whether the value has binary parts. On the wire, bytes and doubles look alike: a part that the reader would
 *   take for another kind than was sent does not fit
 * @returns what is wrong with a value to be sent; undefined when it fits
 */
export function problemOfTaken(schema: ValueSchema, value: unknown, binary: boolean): string | undefined {
  if (!binary) return problemOf(schema, value);
  const parsed = parse(schema, asOnWire(value));
  if (!parsed.fits) return problemOf(schema, value) ?? parsed.problem;
  const place = misreadPlace(value, parsed.value);
  if (place === undefined) return undefined;
  const problem = 'the contract declares bytes and doubles here in such a way that a reader would confuse them';
  return problemOf(schema, value) ?? (place === '' ? problem : `${place}: ${problem}`);
}

/** Reads values that arrive. Applies the schema's defaults and drops undeclared fields. */
export function parser(schema: ValueSchema): (value: unknown) => Parsed {
  const fits = validatorOf(schema);
  const mayFit: Validate = earlyValidatorOf(schema);
  return (value) => {
    if (fits?.(value) === true) return { fits: true, value };
    // In this order, because the early check runs refinements, which the full check runs again.
    if (!isBrief(value) && !mayFit(value)) return { fits: false, problem: 'does not fit the contract' };
    return parse(schema, value);
  };
}

/** Runs a full parse by the validator, whatever the schema's code does. */
export function parse(schema: ValueSchema, value: unknown): Parsed {
  try {
    const code = ownCodeOf(schema);
    // Known without a look at the schema, which has so many properties that a look costs 10 ns.
    if (code.foreign) return parseStandard(schema as StandardSchema, value);
    const zod = zodOf(schema as ZodSchema);
    if (code.promises) return asynchronous;
    if (code.checks) {
      const result = zod._zod.run({ value, issues: [] }, { async: true });
      if (result instanceof Promise) return answersLater(result);
      if (result.issues.length === 0) return fitting(result.value, code.values);
    }
    const parsed = z.safeParse(zod, value);
    return parsed.success ? fitting(parsed.data, code.values) : { fits: false, problem: misfit(parsed.error) };
  } catch (error) {
    return { fits: false, problem: `the check of the contract threw: ${textOf(error)}`, threw: true };
  }
}

/** A validator that is not Zod may return any object of its own. */
function parseStandard(schema: StandardSchema, value: unknown): Parsed {
  const result = standardResult(schema, value);
  if ('promise' in result) return answersLater(result.promise);
  if ('problem' in result) return { fits: false, problem: result.problem };
  const { value: copy, fault } = takeValue(result.value);
  return fault === undefined ? { fits: true, value: copy } : { fits: false, problem: fault };
}

/**
 * @param shared whether parts may belong to the schema; they are copied, so that a handler cannot change the contract
 */
function fitting(value: unknown, shared: boolean): Parsed {
  return { fits: true, value: shared ? (takeValue(value).value ?? value) : value };
}

/** Catches the rejection of a promise whose result is not used. Otherwise it would end the process. */
function answersLater(promise: Promise<unknown>): Parsed {
  promise.catch(() => undefined);
  return asynchronous;
}

const asynchronous: Parsed = {
  fits: false,
  problem: 'the check of the contract is asynchronous, which no check may be',
  threw: true,
};
