import { bytesMax, doublesMax } from '../messages/limits.ts';
import { bytesOfBase64 } from '../values/base64.ts';
import type { BinaryKind } from '../values/binary-value.ts';
import { areFinite, binaryKindOf, bytesAsDoubles, bytesPerDouble } from '../values/binary-value.ts';
import { bytesKeyword, doublesKeyword } from './binary-keywords.ts';
import { z } from './zod.ts';

/*
 * The schemas of binary values. They are schemas of Zod, so that they are parts of objects, lists and alternatives like any
 * other, and have its methods (`optional`, `nullable`, `refine`, `describe`).
 */

/**
 * A schema of bytes: a `Uint8Array` of 0 to `max` bytes, such as an image or a file in a format of its own. A `Buffer` of
 * Node is accepted too; the other side gets a plain `Uint8Array`. In JSON, on the command line and in CSV, bytes are
 * base64 (RFC 4648, section 4).
 *
 * @param bounds `max`: the most bytes, 1 to 4,194,296
 * @throws TypeError when `max` is not a whole number in this range
 */
export function Bytes(bounds: { readonly max: number }): z.ZodType<Uint8Array, Uint8Array> {
  return binarySchema('bytes', bounds, bytesMax) as unknown as z.ZodType<Uint8Array, Uint8Array>;
}

/**
 * A schema of a vector of numbers: a `Float64Array` of 0 to `max` doubles. Each is finite, as with {@link Finite}; `-0`
 * stays `-0`. Each takes 8 bytes on the wire, and is copied instead of being read and checked one by one, so that a large
 * vector costs a fraction of a list of numbers. In JSON, on the command line and in CSV, a vector is a list of numbers.
 *
 * @param bounds `max`: the most doubles, 1 to 524,287
 * @throws TypeError when `max` is not a whole number in this range
 */
export function Doubles(bounds: { readonly max: number }): z.ZodType<Float64Array, Float64Array> {
  return binarySchema('doubles', bounds, doublesMax) as unknown as z.ZodType<Float64Array, Float64Array>;
}

/** Put into the context of a parse, which Zod hands on to every part: binary values come in the form of JSON. */
export const jsonForm = 'catetoJsonForm';

interface BinaryDef extends z.core.$ZodTypeDef {
  readonly type: 'custom';
  readonly binary: BinaryKind;
  readonly max: number;
}

/** The declaration of a schema of binary values; undefined for any other schema. */
export function binaryOf(def: z.core.$ZodTypeDef): { readonly binary: BinaryKind; readonly max: number } | undefined {
  return 'binary' in def && def.type === 'custom' ? (def as BinaryDef) : undefined;
}

function binarySchema(binary: BinaryKind, bounds: unknown, most: number): z.core.$ZodType {
  const max = typeof bounds === 'object' && bounds !== null && 'max' in bounds ? bounds.max : undefined;
  if (!Number.isSafeInteger(max) || (max as number) < 1 || (max as number) > most) {
    const name = binary === 'bytes' ? 'Bytes' : 'Doubles';
    throw new TypeError(`${name}({ max }): max is ${String(max)}, and must be a whole number from 1 to ${most}`);
  }
  return new BinarySchema({ type: 'custom', binary, max: max as number });
}

/** A class of Zod's own form, because a copy of a schema, as `describe` makes one, is made by the class of the schema. */
const BinarySchema: z.core.$constructor<z.core.$ZodType, BinaryDef> = z.core.$constructor(
  'CatetoBinary',
  (schema, def) => {
    z.ZodType.init(schema as never, def);
    const { binary, max } = def;
    // A copy names its original as its parent. Releases of Zod differ in what they do with the parent.
    Object.defineProperty(schema._zod, 'parent', {
      get: () => undefined,
      set(parent: z.core.$ZodType) {
        annotateLike(schema, parent);
      },
    });
    schema._zod.toJSONSchema = () => (binary === 'bytes' ? bytesJsonSchema(max) : doublesJsonSchema(max));
    schema._zod.parse = (payload, context) => {
      const read = readers[binary](payload.value, max, jsonForm in context);
      if (typeof read === 'string') {
        payload.issues.push({ code: 'custom', message: read, input: payload.value, inst: schema, path: [] });
      } else payload.value = read;
      return payload;
    };
  },
);

/** A copy with another check keeps its title and description. */
function annotateLike(schema: z.core.$ZodType, other: z.core.$ZodType): void {
  const { id: _id, ...annotations } = z.globalRegistry.get(other) ?? {};
  if (Object.keys(annotations).length > 0) z.globalRegistry.add(schema, annotations);
}

function bytesJsonSchema(max: number): object {
  return {
    type: 'string',
    contentEncoding: 'base64',
    maxLength: 4 * Math.ceil(max / 3),
    [bytesKeyword]: max,
  };
}

function doublesJsonSchema(max: number): object {
  return { type: 'array', items: { type: 'number' }, maxItems: max, [doublesKeyword]: max };
}

/** Each returns the value, or a text that says what is wrong with it. */
const readers = { bytes: readBytes, doubles: readDoubles } as const;

function readBytes(given: unknown, max: number, isJson: boolean): Uint8Array | string {
  const value = isJson && typeof given === 'string' ? bytesOfBase64(given) : given;
  if (value === undefined) return 'the text is not base64';
  if (binaryKindOf(value) !== 'bytes') return isJson ? 'expected a text in base64' : 'expected bytes (a Uint8Array)';
  const bytes = value as Uint8Array;
  return bytes.length > max ? `${bytes.length} bytes; at most ${max} are accepted` : bytes;
}

function readDoubles(given: unknown, max: number, isJson: boolean): Float64Array | string {
  const length = lengthOf(given, isJson);
  if (length === undefined) return isJson ? 'expected a list of numbers' : 'expected doubles (a Float64Array)';
  if (!Number.isInteger(length)) return 'expected doubles, and the bytes are no multiple of 8';
  if (length > max) return `${length} numbers; at most ${max} are accepted`;
  if (Array.isArray(given) && !given.every((one) => typeof one === 'number')) return 'expected a list of numbers';
  const doubles =
    binaryKindOf(given) === 'bytes' ? bytesAsDoubles(given as Uint8Array) : asDoubles(given as Float64Array);
  return areFinite(doubles) ? doubles : 'a number is not finite';
}

/** The number of doubles in a value; undefined for a value that is not an array of numbers. */
function lengthOf(given: unknown, isJson: boolean): number | undefined {
  if (isJson && Array.isArray(given)) return given.length;
  const kind = binaryKindOf(given);
  if (kind === undefined) return undefined;
  return kind === 'doubles' ? (given as Float64Array).length : (given as Uint8Array).byteLength / bytesPerDouble;
}

function asDoubles(given: Float64Array | readonly number[]): Float64Array {
  return Array.isArray(given) ? Float64Array.from(given) : (given as Float64Array);
}
