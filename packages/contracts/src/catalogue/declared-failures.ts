import type { FailureCode } from '../messages/failures.ts';
import { failure, failureTable } from '../messages/failures.ts';
import type { Failure } from '../messages/failures.ts';
import { declaredFailuresMax, nameMax } from '../messages/limits.ts';
import type { SchemaValue, ValueSchema } from '../schemas/value-schema.ts';
import { schemaFault } from '../schemas/value-schema.ts';

/*
 * The failures that a contract declares beside those of the protocol: answers that are not values, such as
 * `market-closed`. Each has a code and data. They are part of the contract's hash, so both ends know them. A declared
 * failure is an answer: it is remembered, settles its request, and is not a fault of the server.
 */

/** By code, the schema of the data. `z.null()` is the schema of a failure without data. */
export type FailureSchemas = Readonly<Record<string, ValueSchema>>;

/** The failures of a contract that declares none. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- it has no codes
export type NoFailures = Record<never, ValueSchema>;

/** The failures that a contract declares. */
export type FailuresOf<C extends { readonly failures?: FailureSchemas | undefined }> = NonNullable<C['failures']>;

/** Codes that mean something else to the command line. */
type ReservedCode = FailureCode | 'usage' | 'failed';

/** The type of failures in a declaration. A code of the protocol does not compile, and the error says why. */
export type CheckedFailures<D extends FailureSchemas> = {
  readonly [K in keyof D]: K extends ReservedCode ? `"${K}" is a failure of the protocol` : D[K];
};

/** The data of a declared failure. */
export type FailureData<D extends FailureSchemas, K extends keyof D> = SchemaValue<D[K]>;

type DataAndMessage<D> = null extends D ? [data?: D, message?: string] : [data: D, message?: string];

/** Makes a failure that a contract declares. `message` is for people. */
export type Fail<D extends FailureSchemas> = <K extends keyof D & string>(
  code: K,
  ...rest: DataAndMessage<SchemaValue<D[K]>>
) => Failure;

/**
 * A failure that a contract declares, for the code of a formula or a handler to return:
 * `declaredFailure(quote, 'market-closed', { until: '09:00' })`. A server checks the data against the contract.
 */
export function declaredFailure<D extends FailureSchemas, K extends keyof D & string>(
  _contract: { readonly failures?: D | undefined },
  code: K,
  ...[data, message]: DataAndMessage<SchemaValue<D[K]>>
): Failure {
  return failWith(code, data, message);
}

/** The function `fail` of every handler's context. The server checks what the handler returns. */
export function failWith(code: string, data?: unknown, message = ''): Failure {
  return failure(code, message, data ?? null);
}

/** The schema of a failure that the contract declares; undefined for any other code. */
export function failureSchemaOf(
  { failures }: { readonly failures?: FailureSchemas | undefined },
  code: string,
): ValueSchema | undefined {
  return failures !== undefined && Object.hasOwn(failures, code) ? failures[code] : undefined;
}

const codeShape = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const reserved: ReadonlySet<string> = new Set<ReservedCode>([
  ...(Object.keys(failureTable) as FailureCode[]),
  'usage',
  'failed',
]);

/**
 * @throws TypeError naming the contract and the code, for codes that the protocol has or that cannot be one,
 * and for data without a schema
 */
export function assertFailures(contract: string, failures: FailureSchemas | undefined): void {
  if (failures === undefined) return;
  if (typeof failures !== 'object' || failures === null) throw new TypeError(`${contract}: failures is not an object`);
  const codes = Object.keys(failures);
  if (codes.length > declaredFailuresMax) {
    throw new TypeError(`${contract} declares ${codes.length} failures; ${declaredFailuresMax} are possible`);
  }
  for (const code of codes) {
    if (reserved.has(code)) throw new TypeError(`${contract}, failures: "${code}" is a failure of the protocol`);
    if (code.length > nameMax || !codeShape.test(code)) {
      throw new TypeError(
        `${contract}, failures: "${code}" is no code; a code is at most ${nameMax} small letters and digits, in words with hyphens between them`,
      );
    }
    const fault = schemaFault(failures[code]);
    if (fault !== undefined) {
      throw new TypeError(`${contract}, failure "${code}": ${fault}; z.null() is the schema of a failure without data`);
    }
  }
}
