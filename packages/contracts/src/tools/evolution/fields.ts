import type { Schema, SchemaView, TypedPiece } from './schema-view.ts';
import { listOf } from './schema-view.ts';

/** The fields of an object piece, for a sender and for a receiver. */
export interface Fields {
  readonly known: ReadonlyMap<string, SchemaView>;
  /** Fields that a sender always writes. */
  readonly always: ReadonlySet<string>;
  /**
   * Fields without which a receiver refuses the object. A field with a default is not among them: the receiver fills it
   * in.
   */
  readonly needed: ReadonlySet<string>;
  /** The schema of all other fields. If it is undefined, a sender writes none and a receiver ignores them. */
  readonly others: SchemaView | undefined;
  readonly names: SchemaView | undefined;
}

export function fieldsOf({ keywords, root }: TypedPiece): Fields {
  const properties = Object.entries((keywords.properties ?? {}) as Readonly<Record<string, Schema>>);
  const required = listOf(keywords.required).map(String);
  const view = (schema: unknown): SchemaView => ({ schema: schema as Schema, root });
  const filledIn = new Set(properties.filter(([, schema]) => hasDefault(schema)).map(([name]) => name));
  return {
    known: new Map(properties.map(([name, schema]) => [name, view(schema)])),
    always: new Set(required),
    needed: new Set(required.filter((name) => !filledIn.has(name))),
    others: keywords.additionalProperties === undefined ? undefined : view(keywords.additionalProperties),
    names: keywords.propertyNames === undefined ? undefined : view(keywords.propertyNames),
  };
}

function hasDefault(schema: Schema): boolean {
  return typeof schema === 'object' && 'default' in schema;
}

/** The elements of an array piece, for a sender and for a receiver. */
export interface Elements {
  readonly first: readonly SchemaView[];
  /** The schema of all further elements. If it is undefined, a sender writes none and a receiver ignores them. */
  readonly rest: SchemaView | undefined;
  readonly least: number;
  /** The length that a receiver accepts; Infinity when it ignores further elements. */
  readonly most: number;
  /** The length that a sender writes. A sender writes no elements that its schema does not declare. */
  readonly mostWritten: number;
}

export function elementsOf({ keywords, root }: TypedPiece): Elements {
  const first = listOf(keywords.prefixItems).map((schema) => ({ schema: schema as Schema, root }));
  const items = keywords.items as Schema | undefined;
  const ends = Number(keywords.maxItems ?? Number.POSITIVE_INFINITY);
  return {
    first,
    rest: items === undefined ? undefined : { schema: items, root },
    least: Number(keywords.minItems ?? 0),
    most: items === false ? Math.min(ends, first.length) : ends,
    mostWritten: items === undefined || items === false ? Math.min(ends, first.length) : ends,
  };
}
