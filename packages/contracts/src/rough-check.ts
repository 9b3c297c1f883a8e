import { z } from 'zod';
import type { QuickCheck } from './quick-check.ts';
import { quickCheck } from './quick-check.ts';

/**
 * A check that refuses early and leaves acceptance to Zod: false only for what the schema refuses for sure. Zod notes
 * every element that does not fit: a list of a megabyte of nils took it 0.8 s and 540 MB to refuse, which anyone could
 * make a reader do. This one stops at the first.
 */
export function roughCheck(schema: z.ZodType): QuickCheck {
  const known = checkOf.get(schema);
  if (known !== undefined) return known;
  // A recursive schema comes back to itself while its check is made: then what it has become is looked up with each value.
  checkOf.set(schema, (value) => roughCheck(schema)(value));
  try {
    const made = makeRoughCheck(schema);
    checkOf.set(schema, made);
    return made;
  } catch (error) {
    checkOf.delete(schema);
    throw error;
  }
}

const checkOf = new WeakMap<z.ZodType, QuickCheck>();

function makeRoughCheck(schema: z.ZodType): QuickCheck {
  const quick = quickCheck(schema);
  if (quick !== undefined) return quick;
  // What it stands for may be declared only later.
  if (schema instanceof z.ZodLazy) return (value) => roughCheck(schema.unwrap() as z.ZodType)(value);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    const inner = roughCheck(schema.unwrap() as z.ZodType);
    return (value) => value === undefined || value === null || inner(value);
  }
  if (schema instanceof z.ZodArray) {
    const element = roughCheck(schema.element as z.ZodType);
    return (value) => Array.isArray(value) && value.every(element);
  }
  if (schema instanceof z.ZodRecord) {
    const each = roughCheck(schema.valueType as z.ZodType);
    return (value) => isRecord(value) && Object.values(value).every(each);
  }
  if (schema instanceof z.ZodObject) {
    const parts = Object.entries(schema.shape as Record<string, z.ZodType>).map(([key, part]) => {
      return { key, check: roughCheck(part) };
    });
    // Whether something that is not there may be absent is left to Zod.
    return (value) => isRecord(value) && parts.every(({ key, check }) => value[key] === undefined || check(value[key]));
  }
  return () => true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parts of a value up to which Zod may say what is wrong with it. */
const partsExplainedMax = 1_000;

/** Whether a value has so few parts that explaining what is wrong with them costs little. */
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
