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
import type { EventsRequestMessage } from './events-messages.ts';
import { eventsRequestLayout, EventsReport } from './events-messages.ts';
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
  const formulas = new Map(Object.values(catalogue.formulas).map((each) => [each.name, operandOf(catalogue, each, n)]));
  /** The one read last: most operands follow an operand of the same formula, and comparing two names is cheaper. */
  let last: DeclaredOperand | undefined;
  return (fields) => {
    const message = operandLayout.read(fields);
    if (message === undefined) return misshapenOperand(fields);
    if (last === undefined || last.formula.name !== message.formula) last = formulas.get(message.formula);
    if (last === undefined) {
      const { formula } = message;
      return operandReading(message, formula, failure('unknown-formula', `this server has no formula "${formula}"`));
    }
    const { hash, parse, operand } = last;
    // From here on the name is the declared one: a text that has just been decoded has to be hashed for each look-up.
    const { name, operands } = last.formula;
    if (message.contract !== hash) return operandReading(message, name, mismatch(last.formula, message.contract, hash));
    if (parse === undefined || message.operands !== operands.length) {
      const problem = `operand ${n} of ${message.operands}; the contract has ${operands.length}`;
      return operandReading(message, name, failure('invalid-request', `${name}: ${problem}`));
    }
    const parsed = parse(message.value);
    return parsed.fits
      ? operandReading(message, name, undefined, parsed.value)
      : operandReading(message, name, unfit(`${name}: operand ${operand}`, parsed.problem));
  };
}

/** One operand of a formula; without a parser when the formula has fewer operands. */
interface DeclaredOperand {
  readonly formula: Formula;
  readonly hash: number;
  /** The name of the operand. */
  readonly operand: string;
  readonly parse: ReturnType<typeof parser> | undefined;
}

function operandOf(catalogue: Catalogue, formula: Formula, n: Lane): DeclaredOperand {
  const [operand, schema] = formula.operands[n - 1] ?? ['', undefined];
  const parse = schema === undefined ? undefined : parser(schema);
  return { formula, hash: hashOf(catalogue, formula.name), operand, parse };
}

function operandReading(
  { seq, ttlMs, trace, attempt, operands }: OperandMessage,
  formula: string,
  refusal: Failure | undefined,
  value?: unknown,
): OperandReading {
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

/** A request that cannot be read is dropped: its sender asks again. */
export function readEventsRequest(fields: unknown): EventsRequestMessage | undefined {
  return eventsRequestLayout.read(fields);
}

export const readEventsResult = readResult({ output: EventsReport });

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
