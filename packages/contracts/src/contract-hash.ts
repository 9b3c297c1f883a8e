import type { z } from 'zod';
import type { Formula } from './formula.ts';
import { jsonSchemaOf } from './json-schema.ts';
import type { Operation } from './operation.ts';
import { textOf } from './thrown-text.ts';

/**
 * A 32-bit hash of a contract: its kind, name, version and schemas; neither descriptions nor examples. Requester and
 * responder compare it, so that two builds that disagree find out at the first request instead of computing something
 * else. A check that JSON Schema cannot express (`refine`) does not count: who changes one raises `version`.
 *
 * @throws TypeError when a schema holds what does not survive the wire
 */
export function contractHash(contract: Operation | Formula): number {
  const { kind, name, version } = contract;
  const schemas =
    contract.kind === 'operation'
      ? [jsonSchema(contract, 'input', contract.input)]
      : contract.operands.map(([operand, schema]) => [operand, jsonSchema(contract, `operand ${operand}`, schema)]);
  return fnv1a(canonicalJson([kind, name, version, schemas, jsonSchema(contract, 'output', contract.output)]));
}

function jsonSchema(contract: Operation | Formula, where: string, schema: z.ZodType): unknown {
  try {
    return jsonSchemaOf(schema, { annotated: false });
  } catch (error) {
    throw new TypeError(`${contract.kind} "${contract.name}", ${where}: not a value for the wire: ${textOf(error)}`, {
      cause: error,
    });
  }
}

/** JSON with the keys of every object in order, and the names of required keys too: equal contracts give equal text. */
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
