import { binaryOf } from '../schemas/binary.ts';
import type { ValueSchema } from '../schemas/value-schema.ts';
import { isZod, zodOf } from '../schemas/value-schema.ts';
import type { z } from '../schemas/zod.ts';

/** The code of an author that a schema contains besides declarations. */
export interface OwnCode {
  /**
   * A check (`refine`, `superRefine`), which may return a promise. Zod's synchronous parse then throws and drops the
   * promise, whose rejection would end the process.
   */
  readonly checks: boolean;
  /** A value (`default`, `prefault`, `catch`, `overwrite`). Every parse returns the same parts of it. */
  readonly values: boolean;
  /** A check that returns a promise, which Zod counts as accepting the value (`stringFormat`). */
  readonly promises: boolean;
  /** The schema is of another validator than Zod, whose declarations are not known. */
  readonly foreign: boolean;
  /** A part of bytes or doubles. */
  readonly binary: boolean;
}

type Found = { -readonly [Name in keyof OwnCode]: OwnCode[Name] };

export function ownCodeOf(schema: ValueSchema): OwnCode {
  const known = found.get(schema);
  if (known !== undefined) return known;
  const code: Found = { checks: false, values: false, promises: false, foreign: !isZod(schema), binary: false };
  if (isZod(schema)) look(zodOf(schema), code, new Set());
  found.set(schema, code);
  return code;
}

const found = new WeakMap<ValueSchema, OwnCode>();

const valueTypes: ReadonlySet<string> = new Set(['default', 'prefault', 'catch']);

/** @param seen the schemas on the way here: a recursive schema contains itself */
function look(schema: z.core.$ZodType, code: Found, seen: Set<unknown>): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  const { def } = schema._zod;
  const checks = new Set(def.checks?.map((check) => check._zod.def.check));
  // The inside of a lazy schema is known only when it is used.
  code.checks ||= def.type === 'lazy' || checks.has('custom');
  code.promises ||= [def, ...(def.checks?.map((check) => check._zod.def) ?? [])].some(givesPromise);
  code.values ||= def.type === 'lazy' || checks.has('overwrite') || valueTypes.has(def.type);
  code.binary ||= binaryOf(def) !== undefined;
  for (const part of partsOf(def)) look(part, code, seen);
  if (def.type === 'lazy') look((schema as z.core.$ZodLazy)._zod.innerType, code, seen);
}

/** Whether a custom format's check returns a promise for one text. It then counts as returning one for every text. */
function givesPromise(def: object): boolean {
  const { check, fn } = def as { readonly check?: unknown; readonly fn?: (text: string) => unknown };
  if (check !== 'string_format' || fn === undefined) return false;
  try {
    const said = fn('');
    if (!(said instanceof Promise)) return false;
    said.catch(() => undefined);
    return true;
  } catch {
    // The check will throw again for the value that it has to check.
    return false;
  }
}

/** The schemas in a declaration: alone, in lists, or by name. */
function partsOf(def: object): z.core.$ZodType[] {
  // Reading a default may run code that creates a new value each time.
  const names = Object.keys(def).filter((name) => name !== 'defaultValue');
  return names.flatMap((name) => {
    const given = (def as Readonly<Record<string, unknown>>)[name];
    if (isSchema(given)) return [given];
    return typeof given === 'object' && given !== null ? Object.values(given).filter(isSchema) : [];
  });
}

function isSchema(given: unknown): given is z.core.$ZodType {
  return typeof given === 'object' && given !== null && '_zod' in given;
}
