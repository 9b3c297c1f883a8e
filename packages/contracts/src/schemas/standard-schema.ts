import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { JsonSchema, JsonSchemaOptions } from './json-schema-options.ts';
import { canonicalJson, normalForm } from './normal-form.ts';
import type { StandardSchema } from './value-schema.ts';

/*
 * The requirements of a schema that is not Zod's. Standard Schema does not tell how a validator treats a value. So more
 * is refused here than for Zod: only the JSON Schemas of input and output tell whether values are transformed.
 */

/** @throws Error when the validator cannot describe its values, or transforms them */
export function standardJsonSchema(schema: StandardSchema, options: JsonSchemaOptions): JsonSchema {
  const { jsonSchema } = schema['~standard'];
  const target = options.draft === 'draft-7' ? 'draft-07' : 'draft-2020-12';
  const [input, output] = [jsonSchema.input({ target }), jsonSchema.output({ target })];
  if (canonicalJson(normalForm(input)) !== canonicalJson(normalForm(output))) {
    throw new Error('a transform: what is accepted differs from what results');
  }
  return output;
}

export type StandardResult =
  | { readonly promise: Promise<unknown> }
  | { readonly value: unknown }
  | { readonly problem: string };

/** Checks a value. Never gives the promise of a validator away: its rejection would end the process. */
export function standardResult(schema: StandardSchema, value: unknown): StandardResult {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) return { promise: result };
  if (result.issues === undefined) return { value: result.value };
  return { problem: problemIn(result.issues) };
}

/** The first part that does not fit, with its place first, as for Zod. */
function problemIn(issues: readonly StandardSchemaV1.Issue[]): string {
  const [issue] = issues;
  const path = (issue?.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
  const text = issue?.message ?? 'does not fit the contract';
  return path === '' ? text : `${path}: ${text}`;
}
