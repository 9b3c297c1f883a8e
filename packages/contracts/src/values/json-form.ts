import { jsonForm } from '../schemas/binary.ts';
import type { ValueSchema } from '../schemas/value-schema.ts';
import { zodOf } from '../schemas/value-schema.ts';
import type { ZodSchema } from '../schemas/value-schema.ts';
import { misfit } from '../messages/message-layout.ts';
import { z } from '../schemas/zod.ts';
import { base64Of } from './base64.ts';
import { binaryKindOf } from './binary-value.ts';
import { ownCodeOf } from './own-code.ts';
import type { Parsed } from './parse.ts';
import { textOf } from './thrown-text.ts';

/**
 * A value as JSON text. Bytes are base64, and doubles are a list of numbers, as the JSON Schemas of contracts say.
 *
 * @param value a value that Cateto can send
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, function binaryInJson(this: Readonly<Record<string, unknown>>, key, part: unknown) {
    // For a Buffer of Node, `part` is Node's own JSON form of it.
    const given = this[key];
    const kind = binaryKindOf(given);
    if (kind === undefined) return part;
    return kind === 'bytes' ? base64Of(given as Uint8Array) : Array.from(given as Float64Array);
  });
}

/**
 * Reads a value that comes from JSON: bytes from base64, doubles from lists of numbers, wherever the schema has them.
 *
 * @returns the value unchanged and unchecked if the schema has no binary values
 */
export function fromJson(schema: ValueSchema, value: unknown): Parsed {
  if (!ownCodeOf(schema).binary) return { fits: true, value };
  try {
    const parsed = z.safeParse(zodOf(schema as ZodSchema), value, { [jsonForm]: true } as never);
    return parsed.success ? { fits: true, value: parsed.data } : { fits: false, problem: misfit(parsed.error) };
  } catch (error) {
    return { fits: false, problem: `the check of the contract threw: ${textOf(error)}`, threw: true };
  }
}
