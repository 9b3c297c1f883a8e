import { isBinary } from './binary-value.ts';
import type { Validate } from './validate.ts';

/**
 * The early check of a schema that is not Zod's, made of its JSON Schema. It returns false only for a value that the JSON
 * Schema certainly refuses. It follows lists, the fields of objects, and alternatives, where one value has many parts.
 */
export function earlyCheckOf(schema: unknown): Validate {
  if (typeof schema !== 'object' || schema === null) return () => true;
  const { type, anyOf, oneOf, items, prefixItems, properties, additionalProperties } = schema as Readonly<
    Record<string, unknown>
  >;
  const alternatives: unknown = anyOf ?? oneOf;
  if (Array.isArray(alternatives)) {
    const options = alternatives.map(earlyCheckOf);
    return (value) => options.some((fits) => fits(value));
  }
  if (type === 'array') {
    const element = prefixItems === undefined ? earlyCheckOf(items) : () => true;
    return (value) => Array.isArray(value) && value.every(element);
  }
  if (type === 'object') {
    const declared = new Map(Object.entries(properties ?? {}).map(([name, part]) => [name, earlyCheckOf(part)]));
    const other = earlyCheckOf(additionalProperties);
    return (value) =>
      isRecord(value) &&
      Object.entries(value).every(([name, part]) => part === undefined || (declared.get(name) ?? other)(part));
  }
  const check = typeof type === 'string' ? checks[type] : undefined;
  return check ?? (() => true);
}

const checks: Readonly<Record<string, Validate>> = {
  number: (value) => typeof value === 'number',
  integer: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBinary(value);
}
