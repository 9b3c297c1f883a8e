import { canonicalJson, normalForm } from '../schemas/normal-form.ts';
import { standardJsonSchema } from '../schemas/standard-schema.ts';
import type { ValueSchema } from '../schemas/value-schema.ts';
import { isZod, schemaFault } from '../schemas/value-schema.ts';
import { zodJsonSchema } from '../schemas/zod-json-schema.ts';
import { textOf } from '../values/thrown-text.ts';
import type { Formula } from './formula.ts';
import type { Operation } from './operation.ts';

/**
 * A 32-bit hash of a contract's kind, name, version and schemas; descriptions and examples do not count. Requester and
 * responder compare hashes, so that builds that disagree notice at the first request instead of computing something
 * else. The hash does not see checks that JSON Schema cannot express (`refine`): raise `version` when you change one.
 *
 * @throws TypeError when a schema admits values that cannot be sent, or cannot describe them
 */
export function contractHash(contract: Operation | Formula): number {
  const { kind, name, version } = contract;
  const schemas =
    contract.kind === 'operation'
      ? [comparedSchema(contract, 'input', contract.input)]
      : contract.operands.map(([operand, schema]) => [operand, comparedSchema(contract, `operand ${operand}`, schema)]);
  const output = comparedSchema(contract, 'output', contract.output);
  const declared = Object.entries(contract.failures ?? {});
  // A part that is absent adds nothing, so that the hashes of contracts without failures stay.
  const failures = declared.map(([code, schema]) => [code, comparedSchema(contract, `failure ${code}`, schema)]);
  const added = failures.length === 0 ? [] : [Object.fromEntries(failures)];
  return fnv1a(canonicalJson([kind, name, version, schemas, output, ...added]));
}

function comparedSchema(contract: Operation | Formula, where: string, schema: ValueSchema): unknown {
  const fault = schemaFault(schema);
  if (fault !== undefined) throw new TypeError(`${contract.kind} "${contract.name}", ${where}: ${fault}`);
  try {
    const written = isZod(schema)
      ? zodJsonSchema(schema, { annotated: false, compared: true })
      : standardJsonSchema(schema, {});
    return normalForm(written);
  } catch (error) {
    // A RangeError means an endless recursion, in which each part creates a new schema.
    const endless = error instanceof RangeError;
    const reason = endless ? 'its parts never end; refer to one schema that is declared once' : textOf(error);
    throw new TypeError(`${contract.kind} "${contract.name}", ${where}: not a value for the wire: ${reason}`, {
      cause: error,
    });
  }
}

/** FNV-1a, 32 bits, over UTF-16 code units (Fowler, Noll, Vo; RFC 9923 describes the family). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
