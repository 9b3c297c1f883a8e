import type { Failure, Handler, Operation } from '@cateto/contracts';
import { checkOutput, failure, isFailure } from '@cateto/contracts';

/** Called once: with an output that fits the contract, or with a failure. */
export type HandlerDone = (output: unknown, failed: Failure | undefined) => void;

/**
 * Runs an operation's handler and hands over its output, or a failure: what it returned, `internal` when it threw or
 * when its output does not fit the contract. A handler that answers at once is not waited for; whatever has a `then` is.
 */
export function runHandler(operation: Operation, handler: Handler, input: unknown, done: HandlerDone): void {
  let output: unknown;
  try {
    output = handler(input);
  } catch (error) {
    done(undefined, thrown(operation.name, error));
    return;
  }
  if (!isThenable(output)) return deliver(operation, output, done);
  // A thenable of another library may throw where a promise would not.
  Promise.resolve(output).then(
    (resolved: unknown) => deliver(operation, resolved, done),
    (error: unknown) => done(undefined, thrown(operation.name, error)),
  );
}

function isThenable(output: unknown): output is PromiseLike<unknown> {
  return typeof output === 'object' && output !== null && 'then' in output && typeof output.then === 'function';
}

function deliver(operation: Operation, output: unknown, done: HandlerDone): void {
  if (isFailure(output)) done(undefined, ownFailure(operation.name, output));
  else done(output, checkOutput(operation, output));
}

/** What code that computes may fail with; the other codes are words of the protocol, and steer it. */
const failuresOfCode: ReadonlySet<string> = new Set(['out-of-domain', 'invalid-request', 'internal']);

/** A failure that code of an operation or formula returned, as an outcome. */
export function ownFailure(name: string, failed: Failure): Failure {
  return failuresOfCode.has(failed.code)
    ? failed
    : failure('internal', `${name}: its code may not fail with ${failed.code} (${failed.message})`);
}

/** What code of an operation or formula threw, as an outcome. */
export function thrown(name: string, error: unknown): Failure {
  return failure('internal', `${name}: ${textOf(error)}`);
}

/** Anything can be thrown, also what has no text. */
function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'threw something without a text';
  }
}
