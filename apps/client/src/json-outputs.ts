import { EventsProcess, KeptEvent, limits, StatusReport } from '@cateto/contracts';
import { z } from 'zod';

/*
 * The output of each command with `--json`. `pnpm contracts:export` writes them as JSON Schemas into docs/contracts/cli. A later
 * version may add fields, so the written schemas allow others.
 */

const Id = z.string().describe('the id of a request, such as k3f0q9x2m1zd-7f');
const Hash = z.int().min(0).describe('the hash of the contract, which requests carry');
const JsonSchema = z.record(z.string(), z.unknown()).describe('a JSON Schema');
const Failures = z.record(z.string(), JsonSchema).describe('the data of each declared failure by its code');
const FallbackLane = z.int().min(0).max(limits.lanesMax);

const call = z
  .strictObject({
    id: Id,
    formula: z.string(),
    operands: z.array(z.unknown()),
    value: z.unknown(),
    elapsedMs: z.number().min(0),
    fallbacks: z
      .array(FallbackLane)
      .describe('lanes whose operations the calc-server computed itself; 0: it had no lane'),
  })
  .describe('the answer to a formula: cateto client <formula> --json');

const error = z
  .strictObject({
    error: z.strictObject({
      code: z
        .string()
        .describe('the code of a failure, also of one that the contract declares, or `usage`, or `failed`'),
      message: z.string(),
      id: Id.nullable(),
      retryable: z.boolean(),
      mayHaveRun: z.boolean(),
      data: z.unknown().optional().describe('the data of a failure that the contract declares'),
    }),
  })
  .describe('what every command of the client prints instead, with --json, when it fails');

const formulas = z
  .array(
    z.strictObject({
      name: z.string(),
      description: z.string(),
      version: z.int(),
      contract: Hash,
      operands: z.array(z.strictObject({ name: z.string(), schema: JsonSchema })),
      output: JsonSchema,
      example: z.strictObject({ operands: z.array(z.unknown()), output: z.unknown() }),
      failures: Failures.optional(),
    }),
  )
  .describe('cateto client formulas --json');

const operations = z
  .array(
    z.strictObject({
      name: z.string(),
      description: z.string(),
      version: z.int(),
      contract: Hash,
      input: JsonSchema,
      output: JsonSchema,
      example: z.strictObject({ input: z.unknown(), output: z.unknown() }),
      work: z.strictObject({ maxMs: z.int().optional(), fallback: z.string(), lanes: z.string() }),
      failures: Failures.optional(),
    }),
  )
  .describe('cateto client operations --json');

const status = z
  .strictObject({
    degraded: z.boolean(),
    missing: z.array(z.string()),
    brokers: z.array(
      z.strictObject({
        endpoint: z.string(),
        rank: z.enum(['primary', 'backup']).nullable(),
        state: z.enum(['active', 'standby', 'leaving', 'unreachable']),
        epoch: z.int().nullable(),
      }),
    ),
    servers: z.array(
      z.strictObject({
        ...StatusReport.shape,
        address: z.string(),
        differing: z.array(z.strictObject({ name: z.string(), hash: Hash, ownHash: Hash })),
      }),
    ),
  })
  .describe('cateto client status --json');

const batch = z
  .strictObject({
    formula: z.string(),
    out: z.string(),
    rows: z.int(),
    before: z.int().describe('rows that an earlier run had done'),
    failed: z.int(),
    failures: z.record(z.string(), z.int()).describe('failed rows by code'),
    fallbacks: z.int().describe('rows with an operation that the calc-server computed itself'),
    elapsedMs: z.int(),
  })
  .describe('the summary of cateto client batch --json');

const watch = z
  .strictObject({
    at: z.number().describe('milliseconds since 1970'),
    topic: z.string(),
    to: z.string(),
    sender: z.string(),
    id: Id.optional(),
    trace: z.string().optional(),
    traceId: z.string().optional(),
    message: z.record(z.string(), z.unknown()),
  })
  .describe('a line of cateto client watch --json');

const events = z
  .strictObject({
    id: z.string().describe('the same for every reader'),
    at: z.number().describe('milliseconds since 1970, by the clock of this host'),
    clockOffsetMs: z
      .number()
      .describe(
        "milliseconds by which the clock of the process's host is ahead of this host's; 0 if too little to measure",
      ),
    uncertaintyMs: z.number().min(0).describe('how far off clockOffsetMs may be'),
    process: z.strictObject({ ...EventsProcess.shape, address: z.string() }),
    event: z.string().describe('as in the log, or `events-lost`'),
    fields: KeptEvent.shape.fields.describe('as in the log'),
  })
  .describe('a line of cateto client events --json');

export const jsonOutputs: Readonly<Record<string, z.ZodType>> = {
  call,
  error,
  formulas,
  operations,
  status,
  batch,
  watch,
  events,
};
