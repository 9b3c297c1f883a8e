import { bytesKeyword, doublesKeyword } from '../../schemas/binary-keywords.ts';
import { keptComment } from '../../schemas/zod-json-schema.ts';

/*
 * JSON Schema as validators write it, split into pieces that all hold at once. A schema may leave open which other parts a
 * value has: an object without `additionalProperties`, a tuple without `items`. The two sides then differ: a receiver
 * ignores other parts, and a sender does not write them.
 */

export type Schema = boolean | Readonly<Record<string, unknown>>;

/** A schema, and the document in which its references point. */
export interface SchemaView {
  readonly schema: Schema;
  readonly root: Schema;
}

export type Piece =
  | { readonly kind: 'never' }
  | { readonly kind: 'values'; readonly values: readonly unknown[] }
  | { readonly kind: 'union'; readonly exactlyOne: boolean; readonly branches: readonly SchemaView[] }
  | TypedPiece
  /** Keeps every part of the value, also parts that other pieces ignore. */
  | { readonly kind: 'kept' }
  /** A keyword that is not analysed. Only an equal keyword and value implies it. */
  | { readonly kind: 'opaque'; readonly keyword: string; readonly value: unknown };

/** Constraints on values of one type. The type is undefined when another piece states it. */
export interface TypedPiece {
  readonly kind: 'typed';
  readonly type: string | undefined;
  readonly keywords: Readonly<Record<string, unknown>>;
  readonly root: Schema;
}

const opaqueKeywords = [
  'if',
  'contains',
  'uniqueItems',
  'dependentSchemas',
  'dependentRequired',
  'unevaluatedItems',
  'unevaluatedProperties',
  'minProperties',
  'maxProperties',
  'patternProperties',
] as const;

/** The keywords that are analysed, by the type that they apply to. */
const typedKeywords: Readonly<Record<string, readonly string[]>> = {
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  array: ['minItems', 'maxItems', 'prefixItems', 'items'],
  object: ['properties', 'required', 'additionalProperties', 'propertyNames'],
  // JSON Schema calls them texts and lists; on the wire they are neither.
  bytes: [bytesKeyword],
  doubles: [doublesKeyword],
};

export function viewOf(schema: Schema): SchemaView {
  return { schema, root: schema };
}

/** Resolves a schema that is nothing but a reference. Returns any other schema unchanged. */
export function schemaMeant({ schema, root }: SchemaView): Schema {
  const refers = typeof schema === 'object' && typeof schema.$ref === 'string' && Object.keys(schema).length === 1;
  return refers ? (target(root, String(schema.$ref)) as Schema) : schema;
}

/** The pieces of a schema; none when every value fits. Leaves out annotations, as JSON Schema defines them. */
export function piecesOf({ schema, root }: SchemaView): readonly Piece[] {
  if (schema === true) return [];
  if (schema === false) return [{ kind: 'never' }];
  const pieces: Piece[] = schema.$comment === keptComment ? [{ kind: 'kept' }] : [];
  const within = (part: unknown): SchemaView => ({ schema: part as Schema, root });
  if (typeof schema.$ref === 'string') pieces.push(...piecesOf(within(target(root, schema.$ref))));
  for (const part of listOf(schema.allOf)) pieces.push(...piecesOf(within(part)));
  if (schema.anyOf !== undefined) pieces.push(union(false, listOf(schema.anyOf).map(within)));
  if (schema.oneOf !== undefined) pieces.push(union(true, listOf(schema.oneOf).map(within)));
  if ('not' in schema) pieces.push(isAny(schema.not) ? { kind: 'never' } : opaque('not', schema.not));
  for (const keyword of opaqueKeywords) {
    if (keyword in schema) pieces.push(opaque(keyword, schema[keyword]));
  }
  if ('const' in schema) return [...pieces, { kind: 'values', values: [schema.const] }];
  if (schema.enum !== undefined) return [...pieces, { kind: 'values', values: listOf(schema.enum) }];
  if (Array.isArray(schema.type)) {
    pieces.push(
      union(
        false,
        schema.type.map((type: unknown) => within({ ...ownKeywords(schema), type })),
      ),
    );
    return pieces;
  }
  return [...pieces, ...typedPieces(schema, root)];
}

function typedPieces(schema: Readonly<Record<string, unknown>>, root: Schema): Piece[] {
  const type = binaryTypeOf(schema) ?? (typeof schema.type === 'string' ? schema.type : undefined);
  if (type === 'null') return [{ kind: 'values', values: [null] }];
  if (type === 'boolean') return [{ kind: 'values', values: [true, false] }];
  const keywords = ownKeywords(schema, type);
  if (type === undefined && Object.keys(keywords).length === 0) return [];
  return [{ kind: 'typed', type, keywords: type === 'object' ? withNamedFields(keywords) : keywords, root }];
}

function binaryTypeOf(schema: Readonly<Record<string, unknown>>): 'bytes' | 'doubles' | undefined {
  if (bytesKeyword in schema) return 'bytes';
  return doublesKeyword in schema ? 'doubles' : undefined;
}

function ownKeywords(schema: Readonly<Record<string, unknown>>, type?: string): Record<string, unknown> {
  const known = type === undefined ? Object.values(typedKeywords).flat() : (typedKeywords[baseType(type)] ?? []);
  return Object.fromEntries(known.filter((keyword) => keyword in schema).map((keyword) => [keyword, schema[keyword]]));
}

/** A record whose keys are listed is an object with those properties and no others. */
function withNamedFields(keywords: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names = (keywords.propertyNames as { readonly enum?: readonly string[] } | undefined)?.enum;
  if (names === undefined || keywords.properties !== undefined) return keywords;
  const properties = Object.fromEntries(names.map((name) => [name, keywords.additionalProperties ?? true]));
  return { properties, required: keywords.required ?? [], additionalProperties: false };
}

/** `integer` values are numbers. */
export function baseType(type: string): string {
  return type === 'integer' ? 'number' : type;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function union(exactlyOne: boolean, branches: readonly SchemaView[]): Piece {
  return { kind: 'union', exactlyOne, branches };
}

function opaque(keyword: string, value: unknown): Piece {
  return { kind: 'opaque', keyword, value };
}

function isAny(schema: unknown): boolean {
  return schema === true || (typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0);
}

/** @throws Error for a reference out of the document */
function target(root: Schema, reference: string): unknown {
  if (!reference.startsWith('#')) throw new Error(`the reference ${reference} leaves the schema`);
  const steps = reference.split('/').slice(1);
  return steps.reduce<unknown>((at, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) {
      throw new Error(`the reference ${reference} points nowhere`);
    }
    return (at as Readonly<Record<string, unknown>>)[name];
  }, root);
}
