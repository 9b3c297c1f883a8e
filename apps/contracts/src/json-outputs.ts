import { z } from 'zod';

/* The output of the two commands with `--json`, as in apps/client/src/json-outputs.ts. */

const Violation = z.strictObject({
  contract: z.string().describe('operation price, formula spread, message failure'),
  field: z.string().describe('empty when the violation concerns the whole contract'),
  problem: z.string(),
  remedy: z.string(),
  example: z.unknown().optional(),
});

const contractsExport = z
  .strictObject({ written: z.array(z.string()), removed: z.array(z.string()) })
  .describe('cateto contracts export --json');

const contractsCheck = z
  .strictObject({
    ok: z.boolean(),
    files: z.int().describe('how many files are generated'),
    stale: z.array(z.string()).describe('files that are out of date'),
    released: z.boolean().describe('whether there is a release to compare with'),
    breaking: z.array(Violation),
    allowed: z.array(Violation),
    outdated: z.array(z.string()).describe('lines of allowed.json whose break does not exist'),
    workChanges: z.array(
      z.strictObject({
        contract: z.string(),
        field: z.string(),
        was: z.string(),
        is: z.string(),
        notable: z.string().optional(),
      }),
    ),
  })
  .describe('cateto contracts check --json');

export const jsonOutputs: Readonly<Record<string, z.ZodType>> = {
  'contracts-export': contractsExport,
  'contracts-check': contractsCheck,
};
