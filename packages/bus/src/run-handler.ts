import type { Failure, Handler, Operation } from '@cateto/contracts';
import { checkOutput, failure, isFailure } from '@cateto/contracts';

/** Called once: with an output that fits the contract, or with a failure. */
export type HandlerDone = (output: unknown, failed: Failure | undefined) => void;

/**
 * Runs an operation's handler and hands over its output, or a failure: what it returned, `internal` when it threw or
 * when its output does not fit the contract. A handler that answers at once is not waited for.
 */
export function runHandler(operation: Operation, handler: Handler, input: unknown, done: HandlerDone): void {
  let output: unknown;
  try {
    output = handler(input);
  } catch (error) {
    done(undefined, thrown(operation.name, error));
    return;
  }
  if (!(output instanceof Promise)) return deliver(operation, output, done);
  output.then(
    (resolved: unknown) => deliver(operation, resolved, done),
    (error: unknown) => done(undefined, thrown(operation.name, error)),
  );
}

function deliver(operation: Operation, output: unknown, done: HandlerDone): void {
  if (isFailure(output)) done(undefined, output);
  else done(output, checkOutput(operation, output));
}

/** What code of an operation or formula threw, as an outcome. */
export function thrown(name: string, error: unknown): Failure {
  return failure('internal', `${name}: ${error instanceof Error ? error.message : String(error)}`);
}
