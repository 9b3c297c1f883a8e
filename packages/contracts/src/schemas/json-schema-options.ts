import type { z } from './zod.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

export interface JsonSchemaOptions {
  /** Whether to keep titles, descriptions and examples; they are kept by default. */
  readonly annotated?: boolean | undefined;
  /**
   * Whether the schema of an object leaves undeclared fields open, as for a receiver that ignores them. By default the
   * schema refuses them, as for a sender. A strict object refuses them in both cases. Only Zod's schemas differ.
   */
  readonly open?: boolean | undefined;
  /** 2020-12 by default. */
  readonly draft?: 'draft-7' | 'draft-2020-12' | undefined;
}
