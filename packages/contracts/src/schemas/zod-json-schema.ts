import type { JsonSchema, JsonSchemaOptions } from './json-schema-options.ts';
import type { ZodSchema } from './value-schema.ts';
import { zodOf } from './value-schema.ts';
import { comparable } from './zod-releases.ts';
import { z } from './zod.ts';

/** Marks, in an open schema, the undeclared fields that a loose object keeps. */
export const keptComment = 'kept as it is';

/** Kinds of schema that JSON Schema expresses, but whose values the wire does not carry unchanged. */
const refusals: Readonly<Record<string, string>> = {
  pipe: 'a transform, pipe or codec: what arrives would be transformed a second time',
  promise: 'a promise',
  file: 'a file',
};

/** Keywords that describe a schema for people and do not constrain its values. */
const annotations = ['title', 'description', 'examples', 'deprecated'] as const;

/** How `z.toJSONSchema` is called here; the type of its parameters has another name in each release. */
interface WriterParameters {
  readonly target: 'draft-7' | 'draft-2020-12';
  readonly io: 'output';
  readonly unrepresentable: 'throw';
  override(part: {
    readonly zodSchema: z.core.$ZodTypes;
    readonly jsonSchema: JsonSchema;
    readonly path: readonly (string | number)[];
  }): void;
}

/** @param options `compared`: whether releases of Zod that write a schema differently shall write it alike, for hashes */
export function zodJsonSchema(
  schema: ZodSchema,
  options: JsonSchemaOptions & { readonly compared?: boolean },
): JsonSchema {
  const { annotated = true, open = false, draft = 'draft-2020-12', compared = false } = options;
  return writerOf(schema)({
    target: draft,
    io: 'output',
    unrepresentable: 'throw',
    override({ zodSchema, jsonSchema, path }) {
      const { def } = zodSchema._zod;
      const refusal = refusals[def.type];
      if (refusal !== undefined) throw new Error(`${refusal}${placeOf(path)}`);
      if (def.type === 'optional' && path.at(-2) !== 'properties') {
        throw new Error(`an optional value that is not a property${placeOf(path)}; nullable can be sent`);
      }
      if (!annotated) for (const key of annotations) delete jsonSchema[key];
      if (open && def.type === 'object') openFields(def, jsonSchema);
      if (def.type === 'tuple') closeTuple(def, jsonSchema);
      if (compared) comparable(zodSchema, jsonSchema);
    },
  });
}

/**
 * The writer of the copy of Zod that made the schema. The writer of an older Zod leaves out what a newer one declares, and
 * says nothing.
 *
 * @throws Error when a newer Zod made the schema and offers no writer
 */
function writerOf(schema: ZodSchema): (parameters: WriterParameters) => JsonSchema {
  const own = schema as unknown as { readonly toJSONSchema?: (parameters: WriterParameters) => JsonSchema };
  if (typeof own.toJSONSchema === 'function') return (parameters) => own.toJSONSchema?.(parameters) as JsonSchema;
  const { major, minor } = zodOf(schema)._zod.version;
  if (minor > z.core.version.minor) {
    throw new Error(
      `Zod ${major}.${minor} made the schema, and @cateto/contracts uses Zod ${major}.${z.core.version.minor}: install one release of Zod for both`,
    );
  }
  const write = z.toJSONSchema as unknown as (of: ZodSchema, parameters: WriterParameters) => JsonSchema;
  return (parameters) => write(schema, parameters);
}

function openFields({ catchall }: z.core.$ZodObjectDef, jsonSchema: JsonSchema): void {
  if (catchall === undefined) delete jsonSchema.additionalProperties;
  // The object is loose. Zod folds intersections of objects and leaves off `{}`, which would mean that no other field
  // is kept.
  else if (catchall._zod.def.type === 'unknown') jsonSchema.additionalProperties = { $comment: keptComment };
}

/** Zod below 4.6 writes a tuple to which any elements may be added, and from which some may be missing. */
function closeTuple({ items, rest }: z.core.$ZodTupleDef, jsonSchema: JsonSchema): void {
  if (items.length > 0) jsonSchema.minItems = items.length;
  if ((rest ?? undefined) !== undefined) return;
  jsonSchema.maxItems = items.length;
  jsonSchema[Array.isArray(jsonSchema.prefixItems) ? 'items' : 'additionalItems'] = false;
}

function placeOf(path: readonly (string | number)[]): string {
  return path.length === 0 ? '' : ` at ${path.join('/')}`;
}
