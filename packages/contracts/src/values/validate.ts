import type { ValueSchema } from '../schemas/value-schema.ts';
import { isZod, zodOf } from '../schemas/value-schema.ts';
import type { z } from '../schemas/zod.ts';

/** Whether a value fits. Allocates nothing. */
export type Validate = (value: unknown) => boolean;

/**
 * Creates a check that agrees with a schema's `safeParse` but allocates nothing. It covers the kinds of schema that
 * messages consist of: numbers and strings with bounds, literals, enums, arrays, tuples and records of those, optional
 * ones, and anything. Several messages are read for every request, and Zod's checks were a quarter of the cost of
 * reading one. The schema stays the declaration; a property test verifies that both agree.
 *
 * @returns undefined for a schema of any other kind, with any other check, or of another validator
 */
export function validatorOf(schema: ValueSchema): Validate | undefined {
  const known = checkOf.get(schema);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const made = isZod(schema) ? makeValidator(zodOf(schema)) : undefined;
  checkOf.set(schema, made ?? 'none');
  return made;
}

/** The checks that were made. The same schemas check every value that is sent. */
const checkOf = new WeakMap<ValueSchema, Validate | 'none'>();

function makeValidator(schema: z.core.$ZodTypes): Validate | undefined {
  const { def } = schema._zod;
  // A value is turned into a number or a text first.
  if ('coerce' in def && def.coerce) return undefined;
  const bounds = boundsOf(def);
  if (bounds !== undefined && isBounded(def)) return boundedValidator(def, bounds);
  if ((def.checks ?? []).length > 0) return undefined;
  switch (def.type) {
    case 'unknown':
      return () => true;
    case 'optional':
      return optionalValidator(schema, def);
    case 'literal':
    case 'enum':
      return listedValidator(schema);
    case 'tuple':
      return tupleValidator(def);
    case 'record':
      return recordValidator(def);
    default:
      return undefined;
  }
}

type Bounded = z.core.$ZodNumberDef | z.core.$ZodStringDef | z.core.$ZodArrayDef;

function isBounded(def: z.core.$ZodTypeDef): def is Bounded {
  return def.type === 'number' || def.type === 'string' || def.type === 'array';
}

function optionalValidator(schema: z.core.$ZodType, { innerType }: z.core.$ZodOptionalDef): Validate | undefined {
  // An exact optional may be absent, and not undefined.
  if (schema._zod.traits.has('$ZodExactOptional')) return undefined;
  const inner = validatorOf(innerType);
  return inner === undefined ? undefined : (value) => value === undefined || inner(value);
}

function listedValidator(schema: z.core.$ZodType): Validate | undefined {
  const values: ReadonlySet<unknown> | undefined = schema._zod.values;
  return values === undefined ? undefined : (value) => values.has(value);
}

function boundedValidator(def: Bounded, bounds: Bounds): Validate | undefined {
  const { least, most, whole, pattern } = bounds;
  if (def.type === 'number') {
    return whole
      ? (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      : (value) => Number.isFinite(value) && (value as number) >= least && (value as number) <= most;
  }
  if (def.type === 'string') {
    const fits: Validate = (value) =>
      typeof value === 'string' && value.length >= least && value.length <= most && (pattern?.test(value) ?? true);
    return pattern === undefined ? fits : rememberingLast(fits);
  }
  const element = validatorOf(def.element);
  if (element === undefined) return undefined;
  return (value) => Array.isArray(value) && value.length >= least && value.length <= most && value.every(element);
}

/** Tuples with a rest or with optional elements are left to Zod. */
function tupleValidator({ items, rest }: z.core.$ZodTupleDef): Validate | undefined {
  if ((rest ?? undefined) !== undefined) return undefined;
  if (items.some((item) => item._zod.optin !== undefined || item._zod.optout !== undefined)) return undefined;
  const elements = items.map(validatorOf);
  if (elements.includes(undefined)) return undefined;
  return (value) =>
    Array.isArray(value) && value.length === elements.length && value.every((one, n) => elements[n]?.(one) === true);
}

/** Records with the names of a string. With other keys, Zod decides which must be there. */
function recordValidator(def: z.core.$ZodRecordDef): Validate | undefined {
  const [key, element] = [validatorOf(def.keyType), validatorOf(def.valueType)];
  if (def.keyType._zod.def.type !== 'string' || key === undefined || element === undefined) return undefined;
  const { mode } = def as { readonly mode?: unknown };
  if (mode !== undefined && mode !== 'strict') return undefined;
  return (value) => {
    if (!isPlain(value)) return false;
    for (const name of Reflect.ownKeys(value)) {
      // Zod leaves it out of what it returns.
      if (name === '__proto__' || !key(name) || !element(value[name as string])) return false;
    }
    return true;
  };
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Longer strings are not kept for comparison. */
const rememberedMax = 64;

/** The same name comes in message after message: comparing it with the last one costs a quarter of matching a pattern. */
function rememberingLast(fits: Validate): Validate {
  let last: unknown;
  return (value) => {
    if (value === last && last !== undefined) return true;
    if (!fits(value)) return false;
    if ((value as string).length <= rememberedMax) last = value;
    return true;
  };
}

interface Bounds {
  least: number;
  most: number;
  whole: boolean;
  pattern: RegExp | undefined;
}

/** Combines the checks of a schema; undefined when one of them is not known here. */
function boundsOf(def: z.core.$ZodTypeDef): Bounds | undefined {
  const bounds: Bounds = {
    least: Number.NEGATIVE_INFINITY,
    most: Number.POSITIVE_INFINITY,
    whole: false,
    pattern: undefined,
  };
  // `z.int()` is a schema and its check at once.
  const own = 'check' in def ? [def as unknown as z.core.$ZodCheckDef] : [];
  const checks = [...own, ...(def.checks ?? []).map((check) => check._zod.def)];
  return checks.every((check) => tighten(bounds, check)) ? bounds : undefined;
}

function tighten(bounds: Bounds, check: z.core.$ZodCheckDef): boolean {
  const given = check as unknown as Readonly<Record<string, unknown>>;
  switch (check.check) {
    case 'greater_than':
      bounds.least = Math.max(bounds.least, Number(given.value));
      return given.inclusive === true && typeof given.value === 'number';
    case 'less_than':
      bounds.most = Math.min(bounds.most, Number(given.value));
      return given.inclusive === true && typeof given.value === 'number';
    case 'min_length':
      bounds.least = Math.max(bounds.least, Number(given.minimum));
      return true;
    case 'max_length':
      bounds.most = Math.min(bounds.most, Number(given.maximum));
      return true;
    case 'number_format':
      bounds.whole = true;
      return given.format === 'safeint';
    case 'string_format':
      // Leave a second pattern to Zod, and a pattern that remembers where it stopped.
      if (given.format !== 'regex' || bounds.pattern !== undefined || !(given.pattern instanceof RegExp)) return false;
      if (given.pattern.global || given.pattern.sticky) return false;
      bounds.pattern = given.pattern;
      return true;
    default:
      return false;
  }
}
