import type { Failure, Handler, Operation } from '@cateto/contracts';
import { failure, isFailure, takeOutput, textOf } from '@cateto/contracts';
import type { CodeFaults } from './code-faults.ts';
import type { RequestContext } from './handler-contexts.ts';
import { idOf, isOver } from './handler-contexts.ts';
import { hush, isThenable } from './promises.ts';
import { Overrun } from './run-limits.ts';

/** Called once: with an output that fits the contract and is nobody else's, or with a failure. */
export type HandlerDone = (output: unknown, failed: Failure | undefined) => void;

/** An operation with its handler, and where what goes wrong in it is reported. */
export interface HandlerCode {
  readonly operation: Operation;
  readonly handler: Handler;
  readonly faults: CodeFaults;
}

/**
 * Runs an operation's handler and hands over its output, or a failure: what it returned, `internal` when it threw, ran longer than its
 * contract allows or when its output does not fit the contract, `deadline-exceeded` when it threw after the deadline. A handler that answers at once
 * is not waited for; whatever has a `then` is. The handler gets the input for itself.
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

/** What comes when nobody waits any more is mostly what the signal made of it, and no fault of the code. */
function thrownIn({ operation: { name }, faults }: HandlerCode, context: RequestContext, error: unknown): Failure {
  const run = { name, part: 'handler', id: idOf(context) } as const;
  if (error instanceof Overrun) return faults.overran(run, error);
  return isOver(context) ? faults.threwLate(run, error) : faults.threw(run, error);
}

function deliver(output: unknown, done: HandlerDone): void {
  if (isFailure(output)) done(undefined, output);
  else done(output, undefined);
}

/** @returns a value of the server's own, or a failure */
function outcomeOf({ operation, faults }: HandlerCode, context: RequestContext, output: unknown): unknown {
  const { name } = operation;
  if (isFailure(output)) return ownFailure(name, output);
  const taken = takeOutput(operation, output);
  if (!isFailure(taken)) return taken;
  hush(output);
  return faults.misfit({ name, part: 'handler', id: idOf(context) }, withoutName(name, taken));
}

/** What does not fit, without the name with which every text of a contract begins. */
export function withoutName(name: string, { message }: Failure): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}

/** What code that computes may fail with; the other codes are words of the protocol, and steer it. */
const failuresOfCode: ReadonlySet<string> = new Set(['out-of-domain', 'invalid-request', 'internal']);

/** A failure that code of an operation or formula returned, as an outcome. It may be of another copy of the contracts. */
export function ownFailure(name: string, { code, message }: Failure): Failure {
  return failuresOfCode.has(code)
    ? failure(code, textOf(message))
    : failure('internal', `${name}: its code may not fail with ${textOf(code)} (${textOf(message)})`);
}
