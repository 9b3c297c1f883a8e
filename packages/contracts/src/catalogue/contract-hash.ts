import type { z } from 'zod';
import type { Formula } from './formula.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { Operation } from './operation.ts';
import { textOf } from '../values/thrown-text.ts';

/**
 * A 32-bit hash of a contract's kind, name, version and schemas; descriptions and examples do not count. Requester and
 * responder compare hashes, so that builds that disagree notice at the first request instead of computing something
 * else. The hash does not see checks that JSON Schema cannot express (`refine`): raise `version` when you change one.
 *
 * @throws TypeError when a schema admits values that cannot be sent
 */
export function contractHash(contract: Operation | Formula): number {
  const { kind, name, version } = contract;
  const schemas =
    contract.kind === 'operation'
      ? [jsonSchema(contract, 'input', contract.input)]
      : contract.operands.map(([operand, schema]) => [operand, jsonSchema(contract, `operand ${operand}`, schema)]);
  const output = jsonSchema(contract, 'output', contract.output);
  const declared = Object.entries(contract.failures ?? {});
  // A part that is absent adds nothing, so that the hashes of contracts without failures stay.
  const failures = declared.map(([code, schema]) => [code, jsonSchema(contract, `failure ${code}`, schema)]);
  const added = failures.length === 0 ? [] : [Object.fromEntries(failures)];
  return fnv1a(canonicalJson([kind, name, version, schemas, output, ...added]));
}

function jsonSchema(contract: Operation | Formula, where: string, schema: z.ZodType): unknown {
  try {
    return withNumberedParts(jsonSchemaOf(schema, { annotated: false }));
  } catch (error) {
    // A RangeError means an endless recursion, in which each part creates a new schema.
    const endless = error instanceof RangeError;
    const reason = endless ? 'its parts never end; refer to one schema that is declared once' : textOf(error);
    throw new TypeError(`${contract.kind} "${contract.name}", ${where}: not a value for the wire: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Names the referenced parts of a recursive schema in the order in which they are met, with the properties sorted. Zod
 * names them in the order in which the properties were declared.
 */
function withNumberedParts(schema: z.core.JSONSchema.BaseSchema): unknown {
  const { $defs, ...whole } = schema;
  if ($defs === undefined) return schema;
  const numbers = new Map<string, string>();
  const parts: [string, unknown][] = [];

  function renamed(part: unknown): unknown {
    if (Array.isArray(part)) return part.map(renamed);
    if (typeof part !== 'object' || part === null) return part;
    const sorted = Object.entries(part).toSorted(([a], [b]) => byCodeUnit(a, b));
    return Object.fromEntries(sorted.map(([key, value]) => [key, key === '$ref' ? numbered(value) : renamed(value)]));
  }

  function numbered(reference: unknown): unknown {
    const name = /^#\/\$defs\/(.+)$/.exec(String(reference))?.[1];
    if (name === undefined) return reference;
    const known = numbers.get(name);
    if (known !== undefined) return known;
    const number = String(numbers.size);
    numbers.set(name, `#/$defs/${number}`);
    parts.push([number, renamed($defs?.[name])]);
    return `#/$defs/${number}`;
  }

  return { ...(renamed(whole) as object), $defs: Object.fromEntries(parts) };
}

/** JSON with the keys of every object sorted, and the names of required keys too. Equal contracts give equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (Array.isArray(part)) return key === 'required' ? part.map(String).toSorted(byCodeUnit) : part;
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => byCodeUnit(a, b)));
  });
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** FNV-1a, 32 bits, over UTF-16 code units (Fowler, Noll, Vo; RFC 9923 describes the family). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
