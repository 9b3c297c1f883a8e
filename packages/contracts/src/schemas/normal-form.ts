import { bytesKeyword, doublesKeyword } from './binary-keywords.ts';

/*
 * The normal form of a JSON Schema. It is the same for schemas that mean the same and that validators, or releases of one,
 * write differently: as lists of types or as alternatives, nested or flat, with the parts of a recursive schema under any
 * names. Keywords that do not constrain values are left out, as JSON Schema defines them (2020-12, all vocabularies).
 */

type Part = Readonly<Record<string, unknown>>;

const subschemas = [
  'items',
  'additionalProperties',
  'propertyNames',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedItems',
  'unevaluatedProperties',
] as const;
const listsOfSubschemas = ['prefixItems', 'oneOf'] as const;
const namedSubschemas = ['properties', 'patternProperties', 'dependentSchemas'] as const;

/** Keywords whose values are data, by the type that they apply to. */
const constraints = {
  any: ['$ref', 'const', 'enum', 'default', 'format'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength', 'pattern', bytesKeyword],
  array: ['minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains', doublesKeyword],
  object: ['minProperties', 'maxProperties', 'dependentRequired'],
} as const;

/** The keywords of one type; those of a list of types are given to the alternative of that type. */
const keywordsOf: Readonly<Record<string, readonly string[]>> = {
  number: constraints.number,
  integer: constraints.number,
  string: constraints.string,
  array: [...constraints.array, 'prefixItems', 'items', 'contains', 'unevaluatedItems'],
  object: [
    ...constraints.object,
    ...namedSubschemas,
    'required',
    'additionalProperties',
    'propertyNames',
    'unevaluatedProperties',
  ],
};
const typed: ReadonlySet<string> = new Set(Object.values(keywordsOf).flat());

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** @param schema of draft 2020-12 */
export function normalForm(schema: Part): unknown {
  const { $defs, ...whole } = schema;
  const parts = typeof $defs === 'object' && $defs !== null ? ($defs as Part) : undefined;
  return { $schema: dialect, ...withNumberedParts(normal(whole) as Part, parts) };
}

function normal(schema: unknown): unknown {
  if (schema === true) return {};
  if (typeof schema !== 'object' || schema === null) return schema;
  const given = schema as Part;
  if (Array.isArray(given.type)) return normal(withoutListOfTypes(given, given.type as readonly unknown[]));
  const form: Record<string, unknown> = {};
  for (const key of ['type', ...Object.values(constraints).flat()]) if (key in given) form[key] = given[key];
  for (const key of subschemas) if (key in given) form[key] = normal(given[key]);
  for (const key of listsOfSubschemas) if (key in given) form[key] = list(given[key]).map(normal);
  for (const key of namedSubschemas) if (key in given) form[key] = named(given[key]);
  const required = list(given.required).map(String);
  if (required.length > 0) form.required = required.toSorted(byCodeUnit);
  if (form.items === false) {
    // A closed list has no more elements than are declared.
    form.maxItems = Math.min(list(form.prefixItems).length, Number(form.maxItems ?? Number.POSITIVE_INFINITY));
  }
  if (form.minItems === 0) delete form.minItems;
  if (isAny(form.not)) return false;
  return withCombinations(form, given);
}

/** Alternatives without those that fit nothing, flat, each once; a single one is not an alternative. */
function withCombinations(form: Record<string, unknown>, given: Part): unknown {
  const all = unique(list(given.allOf).map(normal).flatMap(flat('allOf')));
  if (all.length > 0) form.allOf = all;
  if (given.anyOf === undefined) return form;
  const any = unique(list(given.anyOf).map(normal).flatMap(flat('anyOf'))).filter((part) => part !== false);
  if (any.length === 1 && Object.keys(form).length === 0) return any[0];
  return { ...form, anyOf: any };
}

/** `{ type: ['number', 'null'], minimum: 0 }` is one of two alternatives, and the minimum belongs to the first. */
function withoutListOfTypes(given: Part, types: readonly unknown[]): Part {
  const { type: _types, anyOf, ...rest } = given;
  const shared = Object.fromEntries(Object.entries(rest).filter(([key]) => !typed.has(key)));
  const alternatives = types.map((type) => {
    const own = (keywordsOf[String(type)] ?? []).filter((key) => key in rest).map((key) => [key, rest[key]] as const);
    return { type, ...Object.fromEntries(own) };
  });
  if (anyOf === undefined) return { ...shared, anyOf: alternatives };
  return { ...shared, allOf: [...list(shared.allOf), { anyOf: alternatives }, { anyOf }] };
}

/** The members of a part that is nothing but a combination of the same kind. */
function flat(keyword: 'allOf' | 'anyOf'): (part: unknown) => readonly unknown[] {
  return (part) => {
    if (typeof part !== 'object' || part === null || !(keyword in part)) return [part];
    return Object.keys(part).length === 1 ? list((part as Part)[keyword]) : [part];
  };
}

function named(parts: unknown): Part {
  return Object.fromEntries(Object.entries(parts as Part).map(([name, part]) => [name, normal(part)]));
}

function list(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [];
}

function unique(parts: readonly unknown[]): unknown[] {
  const known = new Map(parts.map((part) => [canonicalJson(part), part]));
  return [...known.values()];
}

function isAny(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0;
}

/** Numbers the parts that are referred to, in the order in which they are met, with the keywords sorted. */
function withNumberedParts(whole: Part, parts: Part | undefined): Part {
  if (parts === undefined) return whole;
  const numbers = new Map<string, string>();
  const numbered: [string, unknown][] = [];

  function renamed(part: unknown): unknown {
    if (Array.isArray(part)) return part.map(renamed);
    if (typeof part !== 'object' || part === null) return part;
    const sorted = Object.entries(part).toSorted(([a], [b]) => byCodeUnit(a, b));
    return Object.fromEntries(
      // A property can be called $ref too.
      sorted.map(([key, value]) => [
        key,
        key === '$ref' && typeof value === 'string' ? reference(value) : renamed(value),
      ]),
    );
  }

  function reference(given: string): string {
    const name = /^#\/\$defs\/(.+)$/.exec(given)?.[1];
    if (name === undefined) return given;
    const known = numbers.get(name);
    if (known !== undefined) return known;
    const number = String(numbers.size);
    numbers.set(name, `#/$defs/${number}`);
    numbered.push([number, renamed(normal(parts?.[name.replaceAll('~1', '/').replaceAll('~0', '~')]))]);
    return `#/$defs/${number}`;
  }

  const renamedWhole = renamed(whole) as Part;
  return numbered.length === 0 ? renamedWhole : { ...renamedWhole, $defs: Object.fromEntries(numbered) };
}

/** JSON with the keys of every object sorted. Equal normal forms give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => byCodeUnit(a, b)));
  });
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
