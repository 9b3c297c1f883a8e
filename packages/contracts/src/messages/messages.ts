import { z } from '../schemas/zod.ts';
import type { Catalogue, FormulaName } from '../catalogue/catalogue.ts';
import type { AnyFailureCode } from './failures.ts';
import type { Formula, OperandsOf } from '../catalogue/formula.ts';
import {
  batchMessagesMax,
  beatRangesMax,
  cancelledSeqsMax,
  chunksMax,
  formulaCallsMax,
  lanesMax,
  routesServedMax,
  stragglersMax,
  traceMax,
  ttlMsMax,
} from './limits.ts';
import { nameExpression, namePattern } from '../catalogue/names.ts';
import type { InputOf, Operation, OutputOf } from '../catalogue/operation.ts';
import type { FallbackLane, Lane } from '../topics/lanes.ts';
import type { MessageOf } from './message-layout.ts';
import { messageLayout } from './message-layout.ts';

/*
 * Every message of the protocol, declared once, as named fields in wire order (docs/wire.md, "Messages"). Values are
 * `unknown` here: read.ts checks the contract's hash, and then the values against their operation or formula.
 */

/** Counts up from 1 in each requester. An address never uses a seq again. */
const Seq = z.int().min(1);
const LaneNumber = z.int().min(1).max(lanesMax);
const ContractHash = z.int().min(0).max(0xffffffff);
/** Milliseconds left, not a clock reading: hosts' clocks differ. */
const TtlMs = z.number().min(0).max(ttlMsMax);
/** Copied unchanged to the requests that a request causes. */
const Trace = z.string().max(traceMax);

/** How often the request has been sent, this time included; absent the first time. */
const Attempt = z.int().min(1);

/** The client for which a calc-server sends the request. Absent where requests do not wait for their turn. */
const Origin = z.string().regex(/^[a-z0-9]{12}$/);

/** One operand of a request for a formula. */
export const operandLayout = messageLayout({
  seq: Seq,
  /** Becomes part of the answer's topic, so it must be a valid name even if the server does not know it. */
  formula: z.string().regex(nameExpression, 'not the name of a formula'),
  contract: ContractHash,
  /** The number of operands of the request. */
  operands: LaneNumber,
  value: z.unknown(),
  ttlMs: TtlMs,
  trace: Trace.optional(),
  attempt: Attempt.optional(),
});

export const operationRequestLayout = messageLayout({
  seq: Seq,
  contract: ContractHash,
  input: z.unknown(),
  ttlMs: TtlMs,
  trace: Trace.optional(),
  attempt: Attempt.optional(),
  origin: Origin.optional(),
});

/**
 * `fallbacks`: the lanes of the calls that the calc-server computed itself, each once; 0 for calls that had no lane yet.
 * Empty when op-servers computed all. `fallbackCount`: how many calls these are; absent when it is one for each lane.
 */
export const successLayout = messageLayout({
  seq: Seq,
  code: z.literal(0),
  value: z.unknown(),
  fallbacks: z.array(z.int().min(0).max(lanesMax)).max(lanesMax + 1),
  fallbackCount: z.int().min(1).max(formulaCallsMax).optional(),
});

/**
 * `code` is a key of the failure table, or a code that the contract declares; any other counts as `internal`. `data`
 * belongs to a declared failure, and is absent when it is null.
 */
export const failureLayout = messageLayout({
  seq: Seq,
  code: z.string(),
  message: z.string(),
  data: z.unknown().optional(),
});

export const statusRequestLayout = messageLayout({ seq: Seq, ttlMs: TtlMs });

/** A message that a participant sends to itself, to confirm its return path. */
export const helloLayout = messageLayout({ counter: z.int().min(1) });

/** How far the receiver of chunks has come with one body. */
const Received = z
  .tuple([Seq, z.int().min(-chunksMax).max(chunksMax)])
  .meta({
    description:
      'The number of a body, and the index of its latest chunk plus one; negative when the receiver has dropped the body.',
  })
  .optional();

/** Requests of the sender whose outcome is no longer needed, and the chunks of answers that have arrived. */
export const cancelLayout = messageLayout({
  seqs: z.array(Seq).max(cancelledSeqsMax),
  received: Received,
});

const SeqRanges = z.array(Seq).max(2 * beatRangesMax);

/**
 * Sent by a server to a requester: which of its requests the server holds, how many it can use, and which it gives
 * back. A beat without `held` says nothing about the requests it holds.
 */
export const beatLayout = messageLayout({
  held: SeqRanges.meta({
    description:
      'Seqs from, to, from, to, …, ascending: the requests of the requester that the server has not answered.',
  }).optional(),
  silentMs: z
    .number()
    .min(0)
    .max(ttlMsMax)
    .meta({ description: 'Milliseconds for which the server may send no beat while it holds these requests.' })
    .optional(),
  windows: z
    .record(z.string().regex(new RegExp(`^${namePattern}$`)), z.int().min(1))
    .meta({ description: 'By the name of a contract, how many requests of one requester keep the server busy.' })
    .optional(),
  returned: SeqRanges.meta({
    description:
      'In the form of `held`: requests that the server gives back. It has not begun them, or did not end them in time.',
  }).optional(),
  progress: z
    .array(z.number().min(0))
    .max(2 * beatRangesMax)
    .meta({ description: 'Seq, share, seq, share, …: how far requests in `held` are, as shares from 0 to 1.' })
    .optional(),
  leaving: z
    .literal(true)
    .meta({ description: 'The server drains. It keeps the requests in `held`, and may have run those in `returned`.' })
    .optional(),
  received: Received,
});

/** A body: messages of one topic, with what their sender has settled of its own requests. */
export const batchLayout = messageLayout({
  sender: z
    .string()
    .regex(/^[a-z0-9]{12}$/)
    .meta({ description: 'The address of the sender.' }),
  settledBelow: Seq.meta({
    description: 'The lowest seq of the sender’s own requests that is not settled, apart from the stragglers.',
  }),
  messages: z.array(z.unknown()).max(batchMessagesMax),
  stragglers: z
    .array(Seq)
    .max(stragglersMax)
    .meta({ description: 'Seqs below `settledBelow` that are not settled either, ascending.' })
    .optional(),
});

export type OperandMessage = MessageOf<typeof operandLayout>;
export type OperationRequestMessage = MessageOf<typeof operationRequestLayout>;
export type StatusRequestMessage = MessageOf<typeof statusRequestLayout>;
export type HelloMessage = MessageOf<typeof helloLayout>;
export type CancelMessage = MessageOf<typeof cancelLayout>;
export type BeatMessage = MessageOf<typeof beatLayout>;

export interface FailureMessage {
  readonly seq: number;
  readonly code: AnyFailureCode;
  readonly message: string;
  readonly data?: unknown;
}

interface SuccessMessage<V> {
  readonly seq: number;
  readonly code: 0;
  readonly value: V;
  readonly fallbacks: readonly FallbackLane[];
  readonly fallbackCount?: number | undefined;
}

/** A server's report about itself. */
export const StatusReport = z.object({
  role: z.enum(['op-server', 'calc-server']),
  /** The routes that it serves: `square.1` for an operation on a lane, `hypotenuse` for a formula. */
  serves: z.array(z.string().max(64)).max(routesServedMax),
  host: z.string().max(255),
  pid: z.int(),
  /** When it started, in milliseconds since 1970 by its own clock. */
  sinceMs: z.number(),
  /** Requests admitted and not answered. */
  inFlight: z.int(),
  /** Requests answered since the start. */
  answered: z.int(),
  /** Handlers that were given up and have not settled, because they wait for something that hangs. */
  givenUp: z.int().optional(),
  /**
   * The number of entries of each of its tables, by the table's name. All are bounded, and stay flat while the load
   * does.
   */
  tables: z.record(z.string().max(64), z.number()).optional(),
  /** The version of Cateto that the server runs. */
  version: z.string().max(64).optional(),
  /** The hash of each contract that it serves or requests, by the contract's name. */
  contracts: z.record(z.string().max(64), z.int()).optional(),
  /** Runs of handlers or formulas that have begun since the start. A copy of a request runs nothing. */
  runs: z.int().optional(),
  /**
   * Runs that failed or were given up. Does not count `out-of-domain` and `invalid-request`, which concern the input.
   */
  errors: z.int().optional(),
  /** Milliseconds from the start of a run to its outcome: the median of the last timed runs, at most 64. */
  handlingMs: z.number().optional(),
  /** Threads that run handlers; missing where handlers run in the main thread. */
  threads: z.int().optional(),
  /** The threads that are at work. */
  threadsBusy: z.int().optional(),
  /**
   * Requests that it runs at once: its threads, 1 for handlers that block the main thread, otherwise as many asynchronous
   * handlers as the main thread can keep at work, up to the concurrency set. Missing before the first run.
   */
  slots: z.int().optional(),
  /** Requests admitted and not begun. At a calc-server, also the calls that wait for an op-server or for its own handlers. */
  queued: z.int().optional(),
  /** By contract, how many requests of one requester keep the server busy, as its beats announce it. */
  windows: z.record(z.string().max(64), z.int()).optional(),
});
export type StatusReport = z.output<typeof StatusReport>;

export type StatusSuccess = SuccessMessage<StatusReport>;
export type OperationSuccess<O extends Operation> = SuccessMessage<OutputOf<O>>;
export type FormulaSuccess<F extends Formula> = SuccessMessage<OutputOf<F>>;

export type OperationRequestOf<O extends Operation> = Omit<OperationRequestMessage, 'input'> & {
  readonly input: InputOf<O>;
};

/** The position of operand n in a tuple. */
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

/** A body that may be published as operand n: one shape for each formula that has an n-th operand. */
export type OperandOf<C extends Catalogue, N extends Lane> = {
  [F in FormulaName<C>]: OperandOfFormula<F, C['formulas'][F], TupleKey[N]>;
}[FormulaName<C>];
