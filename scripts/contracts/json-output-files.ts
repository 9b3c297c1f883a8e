import { jsonOutputs as ofClient } from 'client/json';
import type { GeneratedFile } from 'contracts/files';
import { json, jsonOutputs as ofContracts } from 'contracts/files';
import { jsonOutputs as ofKey } from 'key/json';
import { z } from 'zod';

/** The JSON Schemas of what the command line prints with `--json`. */
export function jsonOutputFiles(): readonly GeneratedFile[] {
  return Object.entries({ ...ofClient, ...ofContracts, ...ofKey }).map(([name, schema]) => ({
    path: `docs/contracts/cli/${name}.json`,
    text: json(open(z.toJSONSchema(schema))),
  }));
}

/** Without the ban of other fields: a later version may print more. */
function open(schema: object): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'additionalProperties' && value === false ? undefined : value,
    ),
  );
}
