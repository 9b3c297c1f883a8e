import type { Failure, Formula, Handler, Operation } from '@cateto/contracts';
import { failure, isFailure, isOfProtocol, takeFailure, takeOutput, textOf } from '@cateto/contracts';
import type { CodeFaults, CodeRun } from './code-faults.ts';
import type { RequestContext } from './request-context.ts';
import { idOf, isOver } from './request-context.ts';
import { hush, isThenable } from './promises.ts';
import { Overrun } from './run-limits.ts';

/** Called once: with an output that fits the contract and belongs to no other code, or with a failure. */
export type HandlerDone = (output: unknown, failed: Failure | undefined) => void;

/** An operation with its handler, and the place where its faults are reported. */
export interface HandlerCode {
  readonly operation: Operation;
  readonly handler: Handler;
  readonly faults: CodeFaults;
}

/**
 * Runs an operation's handler and passes on its output or a failure: the failure that it returned; `internal` when it
 * threw, exceeded the limit of its contract, or when its output does not fit; `deadline-exceeded` when it threw after
 * the deadline. A synchronous output is passed on at once; any value with a `then` is awaited. The handler gets its own
 * copy of the input.
 */
export function runHandler(code: HandlerCode, input: unknown, context: RequestContext, done: HandlerDone): void {
  let output: unknown;
  try {
    const given: unknown = code.handler(input, context);
    if (isThenable(given)) return void deliverLater(code, context, given, done);
    output = outcomeOf(code, context, given);
  } catch (error) {
    output = thrownIn(code, context, error);
  }
  deliver(output, done);
}

/** A thenable of another library may throw where a promise would not. */
async function deliverLater(
  code: HandlerCode,
  context: RequestContext,
  given: PromiseLike<unknown>,
  done: HandlerDone,
): Promise<void> {
  let output: unknown;
  try {
    output = outcomeOf(code, context, await given);
  } catch (error) {
    output = thrownIn(code, context, error);
  }
  deliver(output, done);
}

/** An error after the deadline is mostly caused by the signal, and is then not a fault of the code. */
function thrownIn({ operation: { name }, faults }: HandlerCode, context: RequestContext, error: unknown): Failure {
  const run = runOf(name, context);
  if (error instanceof Overrun) return faults.overran(run, error);
  return isOver(context) ? faults.threwLate(run, error) : faults.threw(run, error);
}

function deliver(output: unknown, done: HandlerDone): void {
  if (isFailure(output)) done(undefined, output);
  else done(output, undefined);
}

/** @returns a value that belongs to the server, or a failure */
function outcomeOf({ operation, faults }: HandlerCode, context: RequestContext, output: unknown): unknown {
  const { name } = operation;
  if (isFailure(output)) return ownFailure(operation, output, faults, () => runOf(name, context));
  const taken = takeOutput(operation, output);
  if (!isFailure(taken)) return taken;
  hush(output);
  return faults.misfit(runOf(name, context), withoutName(name, taken));
}

function runOf(name: string, context: RequestContext): CodeRun {
  return { name, part: 'handler', id: idOf(context) };
}

/** The text of a misfit, without the name with which every text of a contract begins. */
export function withoutName(name: string, { message }: Failure): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}

/** The codes of the protocol with which code that computes may fail. The others control the protocol. */
const failuresOfCode: ReadonlySet<string> = new Set(['out-of-domain', 'invalid-request', 'internal']);

/**
 * The outcome for a failure that the code of an operation or formula returned. The failure may come from another copy
 * of the contracts. A failure that the contract does not declare, or whose data does not fit, is a fault of the code.
 */
export function ownFailure(
  contract: Operation | Formula,
  given: Failure,
  faults: CodeFaults,
  run: () => CodeRun,
): Failure {
  const { code, message } = given;
  if (failuresOfCode.has(code)) return failure(code, textOf(message));
  if (isOfProtocol(code)) {
    return failure('internal', `${contract.name}: its code may not fail with ${code} (${textOf(message)})`);
  }
  const taken = takeFailure(contract, given);
  return typeof taken === 'string' ? faults.undeclared(run(), taken) : taken;
}
