import type { FailureSchemas } from '@cateto/contracts';
import { jsonSchemaOf } from '@cateto/contracts';

/** The failures of a contract as a field of its `--json`: by code, the JSON Schema of the data. None, no field. */
export function failuresInJson({ failures = {} }: { readonly failures?: FailureSchemas | undefined }): object {
  const codes = Object.entries(failures);
  if (codes.length === 0) return {};
  return { failures: Object.fromEntries(codes.map(([code, schema]) => [code, jsonSchemaOf(schema)])) };
}
