import type { z } from 'zod';
import { ownCodeOf } from './own-code.ts';
import { takeValue } from './plain-value.ts';
import type { QuickCheck } from './quick-check.ts';
import { quickCheck } from './quick-check.ts';
import { isBrief, roughCheck } from './rough-check.ts';
import { textOf } from './thrown-text.ts';
import { misfit } from './wire.ts';

/*
 * Where the code of a contract runs, and nowhere else: refinements, defaults, the texts of errors. A contract is somebody's program;
 * what it throws is the outcome of the one value that it was given.
 */

export type Parsed =
  | { readonly fits: true; readonly value: unknown }
  /** `threw`: the contract's code did, and nothing is known of the value. */
  | { readonly fits: false; readonly problem: string; readonly threw?: true };

/** @returns what is wrong with a value that is about to be sent; undefined when it fits. A reader applies what the schema changes. */
export function problemOf(schema: z.ZodType, value: unknown): string | undefined {
  if (quickCheck(schema)?.(value) === true) return undefined;
  const parsed = parse(schema, value);
  return parsed.fits ? undefined : parsed.problem;
}

/** Reads values that arrive, with what the schema adds and leaves off. */
export function parser(schema: z.ZodType): (value: unknown) => Parsed {
  const fits = quickCheck(schema);
  const mayFit: QuickCheck = roughCheck(schema);
  return (value) => {
    if (fits?.(value) === true) return { fits: true, value };
    if (!mayFit(value) && !isBrief(value)) return { fits: false, problem: 'does not fit the contract' };
    return parse(schema, value);
  };
}

/** A whole parse by Zod, whatever its schema's code does. */
export function parse(schema: z.ZodType, value: unknown): Parsed {
  try {
    const code = ownCodeOf(schema);
    if (code.promises) return asynchronous;
    if (code.checks) {
      const result = schema._zod.run({ value, issues: [] }, { async: true });
      if (result instanceof Promise) return answersLater(result);
      if (result.issues.length === 0) return fitting(result.value, code.values);
    }
    const parsed = schema.safeParse(value);
    return parsed.success ? fitting(parsed.data, code.values) : { fits: false, problem: misfit(parsed.error) };
  } catch (error) {
    return { fits: false, problem: `the check of the contract threw: ${textOf(error)}`, threw: true };
  }
}

/** @param shared parts of it may be the schema's own: what a handler does with them must not change the contract */
function fitting(value: unknown, shared: boolean): Parsed {
  return { fits: true, value: shared ? (takeValue(value).value ?? value) : value };
}

/** Nobody waits for the promise, and it must not end the process when it is rejected. */
function answersLater(promise: Promise<unknown>): Parsed {
  promise.catch(() => undefined);
  return asynchronous;
}

const asynchronous: Parsed = {
  fits: false,
  problem: 'the check of the contract is asynchronous, which no check may be',
  threw: true,
};
