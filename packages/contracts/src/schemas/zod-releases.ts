import type { JsonSchema } from './json-schema-options.ts';
import type { z } from './zod.ts';

/*
 * The releases of Zod 4 write different JSON Schemas for the same declaration. This code brings them into one form. A
 * contract's hash is taken over that form, so that programs with different releases agree:
 *
 * | declaration | 4.0 | 4.6 |
 * |---|---|---|
 * | an e-mail, a date, another format | another pattern | another pattern |
 * | two divisors of a number | the first | both |
 * | a record with listed keys | all may be missing | all are required |
 * | a union told apart by a field | `anyOf` | `oneOf` |
 * | an intersection of objects | their list | one object |
 *
 * The normal form of JSON Schema levels the rest. A pattern that the author of a contract gives is kept.
 */

type Given = Readonly<Record<string, unknown>>;

/** Brings the JSON Schema of one part into the form that all releases share. */
export function comparable(schema: z.core.$ZodTypes, jsonSchema: JsonSchema): void {
  const { def } = schema._zod;
  switch (def.type) {
    case 'string':
      combine(jsonSchema, ['format', 'pattern', 'contentEncoding'], checksOf(schema).flatMap(formatOf));
      break;
    case 'number':
      combine(jsonSchema, ['multipleOf'], checksOf(schema).flatMap(divisorOf));
      break;
    case 'record':
      requireListed(def, jsonSchema);
      break;
    case 'union':
      if (!('discriminator' in def) || jsonSchema.oneOf === undefined) break;
      jsonSchema.anyOf = jsonSchema.oneOf;
      delete jsonSchema.oneOf;
      break;
    case 'intersection':
      // Zod folds an intersection only when it has no keywords of its own.
      jsonSchema.required ??= [];
      break;
    default:
  }
}

/** Writes one fact as keywords, and several as a list of schemas that all hold. */
function combine(jsonSchema: JsonSchema, keywords: readonly string[], facts: readonly Given[]): void {
  for (const keyword of [...keywords, 'allOf']) delete jsonSchema[keyword];
  if (facts.length === 1) Object.assign(jsonSchema, facts[0]);
  else if (facts.length > 1) jsonSchema.allOf = facts as JsonSchema[];
}

interface Check {
  readonly _zod: { readonly def: z.core.$ZodCheckDef; readonly constr: new (def: object) => Check };
}

/** `z.email()` is a schema and its check at once. */
function checksOf(schema: z.core.$ZodType): readonly Check[] {
  const own = 'check' in schema._zod.def ? [schema as unknown as Check] : [];
  return [...own, ...((schema._zod.def.checks ?? []) as unknown as readonly Check[])];
}

function divisorOf({ _zod: { def } }: Check): readonly Given[] {
  return def.check === 'multiple_of' ? [{ multipleOf: (def as unknown as Given).value }] : [];
}

/** A pattern that the author gave, or else the name of the format with its options. */
function formatOf(check: Check): readonly Given[] {
  const { def, constr: Made } = check._zod;
  if (def.check !== 'string_format') return [];
  const { pattern, checks: _checks, ...rest } = def as unknown as Given;
  const { format } = rest;
  // Zod adds the pattern of a format to its declaration, where it looks as if the author had given it.
  const usual = new Made({ ...rest })._zod.def as unknown as Given;
  const own = pattern instanceof RegExp && String(pattern) !== String(usual.pattern);
  if (!own) return [{ format: [format, ...optionsOf(rest)].join(' ') }];
  return [format === 'regex' ? { pattern: pattern.source } : { format, pattern: pattern.source }];
}

const noOptions: ReadonlySet<string> = new Set(['type', 'check', 'format', 'abort', 'coerce', 'position', 'when']);

/** `offset`, `precision=3` */
function optionsOf(def: Given): readonly string[] {
  return Object.keys(def)
    .toSorted()
    .filter((name) => !noOptions.has(name))
    .flatMap((name) => {
      const value = def[name];
      if (value === true) return [name];
      const told = typeof value === 'string' || typeof value === 'number' || value instanceof RegExp;
      return told ? [`${name}=${String(value)}`] : [];
    });
}

function requireListed(def: z.core.$ZodRecordDef, jsonSchema: JsonSchema): void {
  if ((def as { readonly partial?: boolean }).partial === true) return;
  const listed = [...(def.keyType._zod.values ?? [])].filter(
    (key) => typeof key === 'string' || typeof key === 'number',
  );
  if (listed.length > 0) jsonSchema.required = listed.map(String);
}
