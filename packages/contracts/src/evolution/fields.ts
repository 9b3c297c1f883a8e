import type { Schema, SchemaView, TypedPiece } from './schema-view.ts';
import { listOf } from './schema-view.ts';

/** An object piece, as either side sees it. */
export interface Fields {
  readonly known: ReadonlyMap<string, SchemaView>;
  /** Fields that are always written. */
  readonly always: ReadonlySet<string>;
  /** Fields without which a receiver refuses; it fills in one that has a default. */
  readonly needed: ReadonlySet<string>;
  /** What any other field may be; undefined: a sender has none, a receiver ignores it. */
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

/** An array piece, as either side sees it. */
export interface Elements {
  readonly first: readonly SchemaView[];
  /** What follows; undefined: a sender writes nothing more, a receiver ignores it. */
  readonly rest: SchemaView | undefined;
  readonly least: number;
  /** Infinity when a receiver ignores what follows. */
  readonly most: number;
  /** The same for a sender, who does not write what is not declared. */
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
