import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { z } from './zod.ts';

/*
 * The schemas of a contract's values. Zod 4 of any release writes them, and so does any validator that implements both
 * Standard Schema, which checks values, and Standard JSON Schema, which describes them (https://standardschema.dev).
 */

/** A schema of any validator that implements Standard Schema and Standard JSON Schema. */
export interface StandardSchema<I = unknown, O = I> {
  readonly '~standard': StandardSchemaV1.Props<I, O> & StandardJSONSchemaV1.Props<I, O>;
}

/**
 * A schema of any release of Zod 4, or of `zod/mini`. The types of one release do not fit those of another: they state its
 * version.
 */
export interface ZodSchema<O = unknown> {
  readonly _zod: { readonly def: { readonly type: string }; readonly output: O };
}

/** The schema of a value: of Zod 4, or of another validator with Standard Schema and Standard JSON Schema. */
export type ValueSchema = ZodSchema | StandardSchema;

/** The type of the values that a schema describes. */
export type SchemaValue<S extends ValueSchema> = S extends ZodSchema
  ? S['_zod']['output']
  : S extends StandardSchema
    ? NonNullable<S['~standard']['types']>['output']
    : never;

export function isZod(schema: ValueSchema): schema is ZodSchema {
  return '_zod' in schema;
}

/** The schema with the types of the release that this package is compiled with. */
export function zodOf(schema: ZodSchema): z.core.$ZodTypes {
  return schema as unknown as z.core.$ZodTypes;
}

/** Why a contract cannot use a schema; undefined for one that it can use. */
export function schemaFault(given: unknown): string | undefined {
  // ArkType's schemas are functions.
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) {
    return `${given === null ? 'null' : typeof given} is no schema`;
  }
  if ('_zod' in given) return undefined;
  const standard = (given as { readonly '~standard'?: unknown })['~standard'];
  if (typeof standard !== 'object' || standard === null) {
    return 'it is no schema of Zod 4 or of another validator with Standard Schema';
  }
  const { vendor, jsonSchema, validate } = standard as Partial<StandardSchema['~standard']>;
  if (vendor === 'zod') return 'it is a schema of Zod 3; install Zod 4 (npm install zod@4), or import from "zod/v4"';
  if (typeof validate !== 'function') return `it is a schema of ${vendor} that cannot check values`;
  if (typeof jsonSchema?.output === 'function' && typeof jsonSchema.input === 'function') return undefined;
  return `it is a schema of ${vendor} without Standard JSON Schema; ${remedyFor(vendor)}`;
}

function remedyFor(vendor: unknown): string {
  return vendor === 'valibot'
    ? 'wrap it in toStandardJsonSchema() of @valibot/to-json-schema'
    : `a newer version of ${String(vendor)} may have it`;
}
