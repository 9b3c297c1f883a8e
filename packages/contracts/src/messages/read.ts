import type { Catalogue } from '../catalogue/catalogue.ts';
import { hashOf } from '../catalogue/catalogue.ts';
import type { Failure } from './failures.ts';
import type { FailureSchemas } from '../catalogue/declared-failures.ts';
import { failureSchemaOf } from '../catalogue/declared-failures.ts';
import { failure, failureCodeOf, isFailure, isOfProtocol } from './failures.ts';
import type { Formula } from '../catalogue/formula.ts';
import { failureDataBytesMax, failureTextMax } from './limits.ts';
import { encodedBytes } from '../msgpack/value-size.ts';
import type { CancelMessage, FailureMessage, OperandMessage } from './messages.ts';
import {
  cancelLayout,
  failureLayout,
  helloLayout,
  operandLayout,
  operationRequestLayout,
  StatusReport,
  statusRequestLayout,
  successLayout,
} from './messages.ts';
import { isName } from '../catalogue/names.ts';
import type { Operation } from '../catalogue/operation.ts';
import type { ValueSchema } from '../schemas/value-schema.ts';
import { parser } from '../values/parse.ts';
import type { FallbackLane, Lane } from '../topics/lanes.ts';

/*
 * The only place where incoming messages turn from wire order into checked, named values. A message that cannot be
 * answered becomes `undefined`: it is dropped and counted. A request that cannot be served carries a `refusal`, if its
 * sender and seq are readable (and its formula, which is part of the answer's topic).
 */

/** A request for one operation or for a status, in the form that a responder takes. */
export interface RequestReading {
  readonly seq: number;
  readonly ttlMs: number;
  readonly trace: string | undefined;
  /** How often it has been sent; unless given, once. */
  readonly attempt?: number | undefined;
  /** The client for which the requester sends it; unless given, the requester itself counts. */
  readonly origin?: string | undefined;
  readonly input: unknown;
  readonly refusal: Failure | undefined;
}

/** One operand of a request, in the form that the join takes. */
export interface OperandReading {
  readonly seq: number;
  readonly ttlMs: number;
  readonly trace: string | undefined;
  /** How often it has been sent; unless given, once. */
  readonly attempt?: number | undefined;
  readonly formula: string;
  readonly operands: number;
  readonly value: unknown;
  readonly refusal: Failure | undefined;
}

/** An outcome, in the form that a requester takes. */
export interface ResultReading {
  readonly seq: number;
  readonly outcome: Success | Failure;
}

export interface Success {
  readonly value: unknown;
  readonly fallbacks: readonly FallbackLane[];
  /** How many calls of a formula the calc-server computed itself, if it is not one for each lane. */
  readonly fallbackCount?: number | undefined;
}

export function readOperationRequest(
  catalogue: Catalogue,
  operation: Operation,
): (fields: unknown) => RequestReading | undefined {
  const expected = hashOf(catalogue, operation.name);
  const parse = parser(operation.input);
  return (fields) => {
    const message = operationRequestLayout.read(fields);
    if (message === undefined) return misshapen(operation.name, operationRequestLayout, fields);
    const { seq, contract, ttlMs, trace, attempt, origin } = message;
    if (contract !== expected) {
      return { seq, ttlMs, trace, attempt, origin, input: undefined, refusal: mismatch(operation, contract, expected) };
    }
    const parsed = parse(message.input);
    return parsed.fits
      ? { seq, ttlMs, trace, attempt, origin, input: parsed.value, refusal: undefined }
      : {
          seq,
          ttlMs,
          trace,
          attempt,
          origin,
          input: undefined,
          refusal: unfit(`${operation.name}: input`, parsed.problem),
        };
  };
}

export function readOperand(catalogue: Catalogue, n: Lane): (fields: unknown) => OperandReading | undefined {
  const schemas = Object.values(catalogue.formulas).flatMap(({ operands }) => operands.map(([, schema]) => schema));
  const parsers = new Map(schemas.map((schema) => [schema, parser(schema)]));
  return (fields) => {
    const message = operandLayout.read(fields);
    if (message === undefined) return misshapenOperand(fields);
    const { formula, operands } = message;
    if (!Object.hasOwn(catalogue.formulas, formula)) {
      return operandReading(message, failure('unknown-formula', `this server has no formula "${formula}"`));
    }
    const contract = catalogue.formulas[formula] as Formula;
    const expected = hashOf(catalogue, formula);
    if (message.contract !== expected) {
      return operandReading(message, mismatch(contract, message.contract, expected));
    }
    const declared = contract.operands[n - 1];
    if (declared === undefined || operands !== contract.operands.length) {
      const problem = `operand ${n} of ${operands}; the contract has ${contract.operands.length}`;
      return operandReading(message, failure('invalid-request', `${formula}: ${problem}`));
    }
    const [name, schema] = declared;
    const parsed = (parsers.get(schema) ?? parser(schema))(message.value);
    return parsed.fits
      ? operandReading(message, undefined, parsed.value)
      : operandReading(message, unfit(`${formula}: operand ${name}`, parsed.problem));
  };
}

function operandReading(message: OperandMessage, refusal: Failure | undefined, value?: unknown): OperandReading {
  const { seq, ttlMs, trace, attempt, formula, operands } = message;
  return { seq, ttlMs, trace, attempt, formula, operands, value, refusal };
}

/**
 * A result whose value does not fit the contract is dropped like any other broken message: any peer could have sent it.
 * A server checks its own values before it sends them (values/hand-over.ts).
 */
export function readResult(contract: {
  readonly output: ValueSchema;
  readonly failures?: FailureSchemas | undefined;
}): (fields: unknown) => ResultReading | undefined {
  const parse = parser(contract.output);
  return (fields) => {
    // The second field distinguishes the two shapes: 0 or a code.
    if (Array.isArray(fields) && fields[1] === 0) {
      const message = successLayout.read(fields);
      if (message === undefined) return undefined;
      const parsed = parse(message.value);
      if (!parsed.fits) return parsed.threw === true ? unreadable(message.seq, parsed.problem) : undefined;
      const { seq, fallbacks, fallbackCount } = message;
      return { seq, outcome: { value: parsed.value, fallbacks: fallbacks as FallbackLane[], fallbackCount } };
    }
    const message = failureLayout.read(fields);
    if (message === undefined) return undefined;
    const { seq, code } = message;
    const text = message.message.slice(0, failureTextMax);
    const schema = isOfProtocol(code) ? undefined : failureSchemaOf(contract, code);
    if (schema === undefined) return { seq, outcome: failure(failureCodeOf(code), text) };
    const data = message.data ?? null;
    if (encodedBytes(data) > failureDataBytesMax) return undefined;
    const parsed = parser(schema)(data);
    if (parsed.fits) return { seq, outcome: failure(code, text, parsed.value) };
    return parsed.threw === true ? unreadable(seq, parsed.problem) : undefined;
  };
}

/** The contract's code on this side failed, whatever the server sent. A retry would end in the same way. */
function unreadable(seq: number, problem: string): ResultReading {
  return { seq, outcome: failure('internal', `a result arrived, but ${problem}`) };
}

export function readStatusRequest(fields: unknown): RequestReading | undefined {
  const message = statusRequestLayout.read(fields);
  if (message === undefined) return misshapen('status', statusRequestLayout, fields);
  return { ...message, trace: undefined, input: undefined, refusal: undefined };
}

export const readStatusResult = readResult({ output: StatusReport });

/** @returns the counter */
export function readHello(fields: unknown): number | undefined {
  return helloLayout.read(fields)?.counter;
}

export function readCancel(fields: unknown): CancelMessage | undefined {
  return cancelLayout.read(fields);
}

/** A result in its published form: the message of its topic. */
export type ResultMessage = ({ readonly seq: number; readonly code: 0 } & Success) | FailureMessage;

export function resultMessage(seq: number, outcome: Success | Failure): ResultMessage {
  return isFailure(outcome)
    ? { seq, code: outcome.code, message: outcome.message, data: outcome.data ?? undefined }
    : { seq, code: 0, value: outcome.value, fallbacks: outcome.fallbacks, fallbackCount: outcome.fallbackCount };
}

function mismatch(contract: Operation | Formula, theirs: number, ours: number): Failure {
  return failure(
    'contract-mismatch',
    `${contract.kind} "${contract.name}": the request has contract hash ${hex(theirs)}, the server has ${hex(ours)}; both need the same version of the contract`,
  );
}

function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

function unfit(where: string, problem: string): Failure {
  return failure('invalid-request', `${where}: ${problem}`);
}

/** The time to live of a request whose own is unreadable. The refusal is sent at once. */
const refusalTtlMs = 1_000;

function misshapen(
  name: string,
  shape: typeof operationRequestLayout | typeof statusRequestLayout,
  fields: unknown,
): RequestReading | undefined {
  const seq = readableSeq(fields);
  if (seq === undefined) return undefined;
  const refusal = failure('invalid-request', `${name}: ${shape.fault(fields)}`);
  return { seq, ttlMs: refusalTtlMs, trace: undefined, input: undefined, refusal };
}

/** `operands` is 1, because a refusal waits for no other operand. */
function misshapenOperand(fields: unknown): OperandReading | undefined {
  const seq = readableSeq(fields);
  const formula: unknown = Array.isArray(fields) ? fields[1] : undefined;
  if (seq === undefined || typeof formula !== 'string' || !isName(formula)) return undefined;
  const refusal = failure('invalid-request', `${formula}: ${operandLayout.fault(fields)}`);
  return { seq, ttlMs: refusalTtlMs, trace: undefined, formula, operands: 1, value: undefined, refusal };
}

function readableSeq(fields: unknown): number | undefined {
  const seq: unknown = Array.isArray(fields) ? fields[0] : undefined;
  return Number.isSafeInteger(seq) && (seq as number) >= 1 ? (seq as number) : undefined;
}
