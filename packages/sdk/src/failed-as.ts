import type { FailureData, FailureSchemas } from '@cateto/contracts';
import { failureSchemaOf } from '@cateto/contracts';
import { RequestError } from './request-error.ts';

interface Declaring<D extends FailureSchemas> {
  readonly failures?: D | undefined;
}

/**
 * Whether an error is this failure, which the contract of a formula declares. If so, its `data` has the type of the
 * contract: `if (failedAs(error, calc.quote, 'market-closed')) console.log(error.data.until)`.
 *
 * @param formula the method of a client, or the contract
 */
export function failedAs<D extends FailureSchemas, K extends keyof D & string>(
  error: unknown,
  formula: Declaring<D> | { readonly contract: Declaring<D> },
  code: K,
): error is RequestError<K, FailureData<D, K>> {
  const contract = 'contract' in formula ? formula.contract : formula;
  return error instanceof RequestError && error.code === code && failureSchemaOf(contract, code) !== undefined;
}
