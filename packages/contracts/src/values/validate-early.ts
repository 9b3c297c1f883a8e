import { jsonSchemaOf } from '../schemas/json-schema.ts';
import type { ValueSchema, ZodSchema } from '../schemas/value-schema.ts';
import { isZod, zodOf } from '../schemas/value-schema.ts';
import type { z } from '../schemas/zod.ts';
import { isBinary } from './binary-value.ts';
import { earlyCheckOf } from './early-json-schema.ts';
import type { Validate } from './validate.ts';
import { validatorOf } from './validate.ts';

/**
 * Creates a check that refuses early, and leaves acceptance to Zod. It returns false only when the schema certainly
 * refuses the value. Zod lists every element that does not fit: it took 0.8 s and 540 MB to refuse a list of a megabyte
 * of nils, and any peer can send such a list. This check stops at the first element that does not fit. It follows all
 * containers and alternatives, and has Zod check what is in them one by one: numbers, texts and their refinements.
 */
export function earlyValidatorOf(schema: ValueSchema): Validate {
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

const checkOf = new WeakMap<ValueSchema, Validate>();

function makeEarlyValidator(given: ValueSchema): Validate {
  const quick = validatorOf(given);
  if (quick !== undefined) return quick;
  if (!isZod(given)) return earlyCheckOf(jsonSchemaOf(given));
  const { def } = zodOf(given)._zod;
  switch (def.type) {
    case 'lazy':
      // It may be declared later.
      return (value) => earlyValidatorOf(def.getter())(value);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly': {
      const inner = earlyValidatorOf(def.innerType);
      return (value) => value === undefined || value === null || inner(value);
    }
    case 'union': {
      const options = def.options.map((option) => earlyValidatorOf(option));
      return (value) => options.some((fits) => fits(value));
    }
    case 'intersection': {
      const [left, right] = [earlyValidatorOf(def.left), earlyValidatorOf(def.right)];
      return (value) => left(value) && right(value);
    }
    case 'tuple':
      return earlyTupleValidator(def);
    case 'array': {
      const element = earlyValidatorOf(def.element);
      return (value) => Array.isArray(value) && value.every(element);
    }
    case 'record':
      return earlyRecordValidator(def);
    case 'object': {
      const parts = Object.entries(def.shape).map(([key, part]) => ({ key, check: earlyValidatorOf(part) }));
      // Leave to Zod whether a field may be absent.
      return (value) =>
        isRecord(value) && parts.every(({ key, check }) => value[key] === undefined || check(value[key]));
    }
    default:
      return leafTypes.has(def.type) ? (value) => passes(given, value) : () => true;
  }
}

/** Leave to Zod which elements may be missing. */
function earlyTupleValidator({ items, rest }: z.core.$ZodTupleDef): Validate {
  const declared = items.map((item) => earlyValidatorOf(item));
  const other = (rest ?? undefined) === undefined ? () => false : earlyValidatorOf(rest as ValueSchema);
  return (value) =>
    Array.isArray(value) && value.every((one, index) => one === undefined || (declared[index] ?? other)(one));
}

/** Schemas without parts, whose check by Zod is short. */
const leafTypes: ReadonlySet<string> = new Set([
  'number',
  'string',
  'boolean',
  'null',
  'literal',
  'enum',
  'template_literal',
]);

/** Whether Zod accepts the value of a schema without parts. The full check decides if this one throws or takes time. */
function passes(schema: ZodSchema, value: unknown): boolean {
  try {
    // A synchronous run throws for a promise and drops it; its rejection would end the process.
    const result = zodOf(schema)._zod.run({ value, issues: [] }, { async: true });
    if (!(result instanceof Promise)) return result.issues.length === 0;
    result.catch(() => undefined);
    return true;
  } catch {
    return true;
  }
}

function earlyRecordValidator(def: z.core.$ZodRecordDef): Validate {
  // A loose record keeps values under other names as they are.
  if ((def as { readonly mode?: unknown }).mode === 'loose') return isRecord;
  const each = earlyValidatorOf(def.valueType);
  return (value) => isRecord(value) && Object.values(value).every(each);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBinary(value);
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
  // Where a schema has an object, Zod reads each byte as a field.
  if (isBinary(value)) return left - value.length;
  for (const part of Object.values(value)) {
    if (left <= 0) return 0;
    left = partsLeft(part, left);
  }
  return left;
}
