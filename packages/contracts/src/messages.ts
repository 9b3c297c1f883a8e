import { z } from 'zod';
import type { Catalogue, FormulaName } from './catalogue.ts';
import type { FailureCode } from './failures.ts';
import type { Formula, OperandsOf } from './formula.ts';
import { batchMessagesMax, beatRangesMax, cancelledSeqsMax, lanesMax, traceMax, ttlMsMax } from './limits.ts';
import { nameExpression } from './names.ts';
import type { InputOf, Operation, OutputOf } from './operation.ts';
import type { Lane } from './topics.ts';
import type { MessageOf } from './wire.ts';
import { wire } from './wire.ts';

/*
 * Every message of the protocol, once, as named fields in wire order (docs/protocol.md, section 2). The values inside
 * are `unknown` here: reading.ts checks them against their operation or formula, after the contract's hash.
 */

/** Counts up from 1 in each requester; never used again by the same address. */
const Seq = z.int().min(1);
const LaneNumber = z.int().min(1).max(lanesMax);
const ContractHash = z.int().min(0).max(0xffffffff);
/** Milliseconds left, not a clock reading: hosts' clocks differ. */
const TtlMs = z.number().min(0).max(ttlMsMax);
/** Passed on unchanged to the requests that a request causes. */
const Trace = z.string().max(traceMax);

/** One operand of a request for a formula. */
export const operandWire = wire({
  seq: Seq,
  /** Becomes a part of the topic of the answer, and so must be a name even if nobody knows it. */
  formula: z.string().regex(nameExpression, 'not the name of a formula'),
  contract: ContractHash,
  /** How many operands make the request. */
  operands: LaneNumber,
  value: z.unknown(),
  ttlMs: TtlMs,
  trace: Trace.optional(),
});

export const operationRequestWire = wire({
  seq: Seq,
  contract: ContractHash,
  input: z.unknown(),
  ttlMs: TtlMs,
  trace: Trace.optional(),
});

/** `via`: the lanes whose operation the calc-server computed itself; empty when op-servers computed all. */
export const successWire = wire({
  seq: Seq,
  code: z.literal(0),
  value: z.unknown(),
  via: z.array(LaneNumber).max(lanesMax),
});

/** `code` is a key of the failure table; an unknown one counts as `internal`. */
export const failureWire = wire({ seq: Seq, code: z.string(), message: z.string() });

export const statusRequestWire = wire({ seq: Seq, ttlMs: TtlMs });

/** What a participant sends itself to prove that it can hear. */
export const helloWire = wire({ counter: z.int().min(1) });

/** Requests of the sender that nobody waits for any more. */
export const cancelWire = wire({ seqs: z.array(Seq).min(1).max(cancelledSeqsMax) });

/** What a server says, now and then, to a requester of whose requests it holds some for longer than a moment. */
export const beatWire = wire({
  /** Seqs from, to, from, to, …: the requester's requests that it has and has not answered, in their order. */
  held: z.array(Seq).max(2 * beatRangesMax),
  /** For so long it may say nothing more and still be at work. */
  silentMs: z.number().min(0).max(ttlMsMax),
});

/** A body: the sender once, the lowest seq of its own requests that is not settled, then messages of one topic. */
export const Batch = z.tuple([
  z.string().regex(/^[a-z0-9]{12}$/),
  z.int().min(1),
  z.array(z.unknown()).max(batchMessagesMax),
]);

export type OperandMessage = MessageOf<typeof operandWire>;
export type OperationRequestMessage = MessageOf<typeof operationRequestWire>;
export type StatusRequestMessage = MessageOf<typeof statusRequestWire>;
export type HelloMessage = MessageOf<typeof helloWire>;
export type CancelMessage = MessageOf<typeof cancelWire>;
export type BeatMessage = MessageOf<typeof beatWire>;

export interface FailureMessage {
  readonly seq: number;
  readonly code: FailureCode;
  readonly message: string;
}

interface SuccessMessage<V> {
  readonly seq: number;
  readonly code: 0;
  readonly value: V;
  readonly via: readonly Lane[];
}

/** What a server says of itself. */
export const StatusReport = z.object({
  role: z.enum(['op-server', 'calc-server']),
  /** What it answers: `square.1` for an operation on a lane, `hypotenuse` for a formula. */
  serves: z.array(z.string()),
  host: z.string(),
  pid: z.int(),
  /** When it started, milliseconds since 1970 by its own clock. */
  sinceMs: z.number(),
  /** Requests admitted and not answered. */
  inFlight: z.int(),
  /** Requests answered since the start. */
  answered: z.int(),
  /** Handlers that were given up and have not settled: they wait for something that hangs. */
  givenUp: z.int().optional(),
  /** How many entries each of its tables has, by the table's name: bounded all, and flat while the load is. */
  tables: z.record(z.string().max(64), z.number()).optional(),
  /** The version of Cateto that it runs. */
  version: z.string().max(64).optional(),
  /** The hash of each contract that it serves or asks for, by the contract's name. */
  contracts: z.record(z.string().max(64), z.int()).optional(),
  /** Runs of handlers, or of formulas, that were begun since the start. A repetition of a request runs nothing. */
  runs: z.int().optional(),
  /** Runs that failed, other than by `out-of-domain` and `invalid-request`, which are about the input, or were given up. */
  errors: z.int().optional(),
  /** Milliseconds from the begin of a run to its outcome: the median of the last runs that were timed, at most 64. */
  handlingMs: z.number().optional(),
  /** Threads that run handlers; missing where handlers run in the main thread. */
  threads: z.int().optional(),
  /** Of these, the threads that are at work. */
  threadsBusy: z.int().optional(),
});
export type StatusReport = z.output<typeof StatusReport>;

export type StatusSuccess = SuccessMessage<StatusReport>;
export type OperationSuccess<O extends Operation> = SuccessMessage<OutputOf<O>>;
export type FormulaSuccess<F extends Formula> = SuccessMessage<OutputOf<F>>;

export type OperationRequestOf<O extends Operation> = Omit<OperationRequestMessage, 'input'> & {
  readonly input: InputOf<O>;
};

/** Where operand n stands in a tuple. */
interface TupleKey {
  1: '0';
  2: '1';
  3: '2';
  4: '3';
  5: '4';
  6: '5';
  7: '6';
  8: '7';
}

type OperandOfFormula<N extends string, F extends Formula, K extends string> = number extends F['operands']['length']
  ? OperandMessage // a catalogue known at run time only
  : K extends keyof OperandsOf<F>
    ? Omit<OperandMessage, 'formula' | 'operands' | 'value'> & {
        readonly formula: N;
        readonly operands: F['operands']['length'];
        readonly value: OperandsOf<F>[K];
      }
    : never;

/** What may be published as operand n: one shape for each formula that has an n-th operand. */
export type OperandOf<C extends Catalogue, N extends Lane> = {
  [F in FormulaName<C>]: OperandOfFormula<F, C['formulas'][F], TupleKey[N]>;
}[FormulaName<C>];
