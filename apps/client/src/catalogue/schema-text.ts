import type { Formula } from '@cateto/contracts';
import { jsonSchemaOf } from '@cateto/contracts';

type Schema = Formula['output'];
type JsonSchema = ReturnType<typeof jsonSchemaOf>;

/** A schema in a few words: `number`, `[number, number]`, `{ x: number, y?: number }`. */
export function schemaText(schema: Schema): string {
  return textOf(jsonSchemaOf(schema));
}

function textOf(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return 'anything';
  const { type, enum: values, const: constant, anyOf, items, prefixItems, properties, required } = schema as JsonSchema;
  if ('x-cateto-bytes' in schema) return 'bytes in base64';
  if (constant !== undefined) return JSON.stringify(constant);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (anyOf !== undefined) return anyOf.map(textOf).join(' | ');
  if (prefixItems !== undefined) return `[${prefixItems.map(textOf).join(', ')}]`;
  if (type === 'array') return `list of ${textOf(items)}`;
  if (properties !== undefined) {
    const parts = Object.entries(properties).map(([key, part]) => {
      return `${key}${required?.includes(key) === true ? '' : '?'}: ${textOf(part)}`;
    });
    return `{ ${parts.join(', ')} }`;
  }
  return type === undefined ? 'anything' : [type].flat().join(' | ');
}
