import { z } from 'zod';

/** Kinds of schema that JSON Schema expresses, but whose values the wire does not carry unchanged. */
const refusals: Readonly<Record<string, string>> = {
  pipe: 'a transform, pipe or codec: what arrives would be transformed a second time',
  promise: 'a promise',
  file: 'a file',
};

/** Marks, in an open schema, the undeclared fields that a loose object keeps. */
export const keptComment = 'kept as it is';

/** Keywords that describe a schema for people and do not constrain its values. */
const annotations = ['title', 'description', 'examples', 'deprecated'] as const;

export interface JsonSchemaOptions {
  /** Whether to keep titles, descriptions and examples; they are kept by default. */
  readonly annotated?: boolean | undefined;
  /**
   * Whether the schema of an object leaves undeclared fields open, as for a receiver that ignores them. By default the
   * schema refuses them, as for a sender. A strict object refuses them in both cases.
   */
  readonly open?: boolean | undefined;
  /** 2020-12 by default. */
  readonly draft?: 'draft-7' | 'draft-2020-12' | undefined;
}

/**
 * The JSON Schema of a schema whose values travel over the wire.
 *
 * @throws Error when a value would not arrive unchanged: bigint, Date, Map, Set, undefined, custom checks of a type,
 *   transforms and codecs; and an optional anywhere but at a property, because an absent element travels as nil
 */
export function jsonSchemaOf(schema: z.ZodType, options: JsonSchemaOptions = {}): z.core.JSONSchema.BaseSchema {
  const { annotated = true, open = false, draft = 'draft-2020-12' } = options;
  return z.toJSONSchema(schema, {
    target: draft,
    io: 'output',
    unrepresentable: 'throw',
    override({ zodSchema, jsonSchema, path }) {
      const kind = zodSchema._zod.def.type;
      const refusal = refusals[kind];
      if (refusal !== undefined) throw new Error(`${refusal}${placeOf(path)}`);
      if (kind === 'optional' && path.at(-2) !== 'properties') {
        throw new Error(`an optional value that is not a property${placeOf(path)}; nullable can be sent`);
      }
      if (!annotated) for (const key of annotations) delete jsonSchema[key];
      if (open && zodSchema instanceof z.ZodObject) openFields(zodSchema, jsonSchema);
    },
  });
}

function openFields({ def: { catchall } }: z.ZodObject, jsonSchema: z.core.JSONSchema.BaseSchema): void {
  if (catchall === undefined) delete jsonSchema.additionalProperties;
  // The object is loose. Zod folds intersections of objects and leaves off `{}`, which would mean that no other field
  // is kept.
  else if (catchall instanceof z.ZodUnknown) jsonSchema.additionalProperties = { $comment: keptComment };
}

function placeOf(path: readonly (string | number)[]): string {
  return path.length === 0 ? '' : ` at ${path.join('/')}`;
}
