import type { JsonSchema, JsonSchemaOptions } from './json-schema-options.ts';
import { standardJsonSchema } from './standard-schema.ts';
import type { ValueSchema } from './value-schema.ts';
import { isZod, schemaFault } from './value-schema.ts';
import { zodJsonSchema } from './zod-json-schema.ts';

/**
 * The JSON Schema of a schema whose values travel over the wire.
 *
 * @throws Error when a value would not arrive unchanged: bigint, Date, Map, Set, undefined, custom checks of a type,
 *   transforms and codecs; and an optional anywhere but at a property, because an absent element travels as nil
 * @throws TypeError for anything that is not a schema, and for a schema that cannot describe its values, such as Zod 3's
 */
export function jsonSchemaOf(schema: ValueSchema, options: JsonSchemaOptions = {}): JsonSchema {
  const fault = schemaFault(schema);
  if (fault !== undefined) throw new TypeError(fault);
  return isZod(schema) ? zodJsonSchema(schema, options) : standardJsonSchema(schema, options);
}
