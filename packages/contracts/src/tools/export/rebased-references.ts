import type { Schema } from '../evolution/schema-view.ts';

/**
 * Makes a schema part of a larger document: its references, which point into itself, then point to its place there.
 *
 * @param pointer the schema's place in the document, `#/$defs/input`
 */
export function rebased(schema: Schema, pointer: string): Schema {
  return rebasedPart(schema, pointer) as Schema;
}

function rebasedPart(part: unknown, pointer: string): unknown {
  if (Array.isArray(part)) return part.map((element: unknown) => rebasedPart(element, pointer));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, value]: [string, unknown]) => {
      const isReference = key === '$ref' && typeof value === 'string' && value.startsWith('#');
      return [key, isReference ? pointer + value.slice(1) : rebasedPart(value, pointer)];
    }),
  );
}
