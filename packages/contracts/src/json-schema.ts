import { z } from 'zod';

/** Kinds of schema that JSON Schema expresses and whose values the wire nevertheless does not carry unchanged. */
const refusals: Readonly<Record<string, string>> = {
  pipe: 'a transform, pipe or codec: what arrives would be transformed a second time',
  promise: 'a promise',
  file: 'a file',
};

/** What tells people about a schema and says nothing about its values. */
const annotations = ['title', 'description', 'examples', 'deprecated'] as const;

/**
 * The JSON Schema of a schema whose values go over the wire.
 *
 * @param options.annotated whether titles, descriptions and examples stay (they do unless told)
 * @throws Error when a value would not survive the wire: bigint, Date, Map, Set, undefined, custom checks of a type,
 * transforms and codecs; and an optional anywhere but at a property, because an absent element travels as nil
 */
export function jsonSchemaOf(
  schema: z.ZodType,
  options?: { readonly annotated: boolean },
): z.core.JSONSchema.BaseSchema {
  const annotated = options?.annotated ?? true;
  return z.toJSONSchema(schema, {
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
    },
  });
}

function placeOf(path: readonly (string | number)[]): string {
  return path.length === 0 ? '' : ` at ${path.join('/')}`;
}
