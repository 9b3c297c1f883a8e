import { z } from 'zod';
import type { Validate } from './validate.ts';
import { validatorOf } from './validate.ts';

/**
 * Creates a check that refuses early, and leaves acceptance to Zod. It returns false only when the schema certainly
 * refuses the value. Zod lists every element that does not fit: it took 0.8 s and 540 MB to refuse a list of a megabyte
 * of nils, and any peer can send such a list. This check stops at the first element that does not fit.
 */
export function earlyValidatorOf(schema: z.ZodType): Validate {
  const known = checkOf.get(schema);
  if (known !== undefined) return known;
  // A recursive schema is met again while its check is being made. Then the finished check is looked up for each value.
  checkOf.set(schema, (value) => earlyValidatorOf(schema)(value));
  try {
    const made = makeEarlyValidator(schema);
    checkOf.set(schema, made);
    return made;
  } catch (error) {
    checkOf.delete(schema);
    throw error;
  }
}

const checkOf = new WeakMap<z.ZodType, Validate>();

function makeEarlyValidator(schema: z.ZodType): Validate {
  const quick = validatorOf(schema);
  if (quick !== undefined) return quick;
  // A lazy schema may be declared later.
  if (schema instanceof z.ZodLazy) return (value) => earlyValidatorOf(schema.unwrap() as z.ZodType)(value);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    const inner = earlyValidatorOf(schema.unwrap() as z.ZodType);
    return (value) => value === undefined || value === null || inner(value);
  }
  if (schema instanceof z.ZodArray) {
    const element = earlyValidatorOf(schema.element as z.ZodType);
    return (value) => Array.isArray(value) && value.every(element);
  }
  if (schema instanceof z.ZodRecord) {
    const each = earlyValidatorOf(schema.valueType as z.ZodType);
    return (value) => isRecord(value) && Object.values(value).every(each);
  }
  if (schema instanceof z.ZodObject) {
    const parts = Object.entries(schema.shape as Record<string, z.ZodType>).map(([key, part]) => {
      return { key, check: earlyValidatorOf(part) };
    });
    // Leave to Zod whether a field may be absent.
    return (value) => isRecord(value) && parts.every(({ key, check }) => value[key] === undefined || check(value[key]));
  }
  return () => true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The number of parts up to which Zod may explain what is wrong with a value. */
const partsExplainedMax = 1_000;

/** Whether a value has so few parts that the explanation costs little. */
export function isBrief(value: unknown): boolean {
  return partsLeft(value, partsExplainedMax) > 0;
}

function partsLeft(value: unknown, allowed: number): number {
  let left = allowed - 1;
  if (typeof value !== 'object' || value === null) return left;
  for (const part of Object.values(value)) {
    if (left <= 0) return 0;
    left = partsLeft(part, left);
  }
  return left;
}
