import type { Failure, Handler, HandlerContext, Operation } from '@cateto/contracts';
import { failure, isFailure, takeOutput, textOf } from '@cateto/contracts';
import { hush, isThenable } from './promises.ts';

/** Called once: with an output that fits the contract and is nobody else's, or with a failure. */
export type HandlerDone = (output: unknown, failed: Failure | undefined) => void;

/**
 * Runs an operation's handler and hands over its output, or a failure: what it returned, `internal` when it threw or
 * when its output does not fit the contract, `deadline-exceeded` when it threw after the deadline. A handler that answers at once
 * is not waited for; whatever has a `then` is. The handler gets the input for itself.
 */
export function runHandler(
  operation: Operation,
  handler: Handler,
  input: unknown,
  context: HandlerContext,
  done: HandlerDone,
): void {
  let output: unknown;
  try {
    const given: unknown = handler(input, context);
    if (isThenable(given)) return void deliverLater(operation, context, given, done);
    output = outcomeOf(operation, given);
  } catch (error) {
    output = thrownIn(operation, context, error);
  }
  deliver(output, done);
}

/** A thenable of another library may throw where a promise would not. */
async function deliverLater(
  operation: Operation,
  context: HandlerContext,
  given: PromiseLike<unknown>,
  done: HandlerDone,
): Promise<void> {
  let output: unknown;
  try {
    output = outcomeOf(operation, await given);
  } catch (error) {
    output = thrownIn(operation, context, error);
  }
  deliver(output, done);
}

/** What comes after the deadline is mostly what the signal made of it, and no fault of the code. */
function thrownIn({ name }: Operation, { leftMs }: HandlerContext, error: unknown): Failure {
  return leftMs > 0 ? thrown(name, error) : failure('deadline-exceeded', `${name}: ${textOf(error)}`);
}

function deliver(output: unknown, done: HandlerDone): void {
  if (isFailure(output)) done(undefined, output);
  else done(output, undefined);
}

/** @returns a value of the server's own, or a failure */
function outcomeOf(operation: Operation, output: unknown): unknown {
  if (isFailure(output)) return ownFailure(operation.name, output);
  const taken = takeOutput(operation, output);
  if (isFailure(taken)) hush(output);
  return taken;
}

/** What code that computes may fail with; the other codes are words of the protocol, and steer it. */
const failuresOfCode: ReadonlySet<string> = new Set(['out-of-domain', 'invalid-request', 'internal']);

/** A failure that code of an operation or formula returned, as an outcome. It may be of another copy of the contracts. */
export function ownFailure(name: string, { code, message }: Failure): Failure {
  return failuresOfCode.has(code)
    ? failure(code, textOf(message))
    : failure('internal', `${name}: its code may not fail with ${textOf(code)} (${textOf(message)})`);
}

/** What code of an operation or formula threw, as an outcome. */
export function thrown(name: string, error: unknown): Failure {
  return failure('internal', `${name}: ${textOf(error)}`);
}
