import type { Failure, Handler, Operation } from '@cateto/contracts';
import { checkOutput, failure, isFailure } from '@cateto/contracts';

/**
 * Runs an operation's handler and hands over its output, or a failure: what it returned, `internal` when it threw or
 * when its output does not fit the contract. A handler that answers at once is not waited for.
 */
export function runHandler(
  operation: Operation,
  handler: Handler,
  input: unknown,
  done: (output: unknown, failed: Failure | undefined) => void,
): void {
  const deliver = (output: unknown): void => {
    if (isFailure(output)) return done(undefined, output);
    done(output, checkOutput(operation, output));
  };
  const fail = (error: unknown): void => done(undefined, thrown(operation.name, error));

  let output: unknown;
  try {
    output = handler(input);
  } catch (error) {
    fail(error);
    return;
  }
  if (output instanceof Promise) output.then(deliver, fail);
  else deliver(output);
}

/** What code of an operation or formula threw, as an outcome. */
export function thrown(name: string, error: unknown): Failure {
  return failure('internal', `${name}: ${error instanceof Error ? error.message : String(error)}`);
}
