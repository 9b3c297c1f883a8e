import type { z } from 'zod';

/** What a schema's author may have put into it that is more than a declaration. */
export interface OwnCode {
  /**
   * A check (`refine`, `superRefine`), which may give a promise. Zod's synchronous parse throws then and lets go of the promise, whose
   * rejection would end the process.
   */
  readonly checks: boolean;
  /** A value (`default`, `prefault`, `catch`, `overwrite`), parts of which every parse hands out again. */
  readonly values: boolean;
}

export function ownCodeOf(schema: z.ZodType): OwnCode {
  const known = found.get(schema);
  if (known !== undefined) return known;
  const code = { checks: false, values: false };
  look(schema, code, new Set());
  found.set(schema, code);
  return code;
}

const found = new WeakMap<z.ZodType, OwnCode>();

const valueTypes: ReadonlySet<string> = new Set(['default', 'prefault', 'catch']);

/** @param seen a recursive schema holds itself */
function look(schema: z.core.$ZodType, code: { checks: boolean; values: boolean }, seen: Set<unknown>): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  const { def } = schema._zod;
  const checks = new Set(def.checks?.map((check) => check._zod.def.check));
  // What a lazy schema is shows when it is used.
  code.checks ||= def.type === 'lazy' || checks.has('custom');
  code.values ||= def.type === 'lazy' || checks.has('overwrite') || valueTypes.has(def.type);
  for (const part of partsOf(def)) look(part, code, seen);
}

/** The schemas in a declaration: by themselves, in lists, or by name. */
function partsOf(def: object): z.core.$ZodType[] {
  return Object.entries(def).flatMap(([name, given]: [string, unknown]) => {
    // What a default is may be made anew each time, by code.
    if (name === 'defaultValue') return [];
    if (isSchema(given)) return [given];
    return typeof given === 'object' && given !== null ? Object.values(given).filter(isSchema) : [];
  });
}

function isSchema(given: unknown): given is z.core.$ZodType {
  return typeof given === 'object' && given !== null && '_zod' in given;
}
