import type { Catalogue, Formula } from '@cateto/contracts';
import { failure, isFailure, textOf } from '@cateto/contracts';
import type { Answer, CallOptions } from '../call.ts';
import { formulaNamed } from '../formula-named.ts';
import { onAbort } from '../on-abort.ts';
import { abortedCall, refusedCall, RequestError } from '../request-error.ts';
import { CallMap } from './map-calls.ts';
import { readMapOptions } from './options.ts';
import { sourceOf } from './source.ts';
import type { MapMethod } from './types.ts';

export interface MapParts {
  readonly catalogue: Catalogue;
  call(formula: Formula, operands: unknown, options: CallOptions): Promise<Answer<unknown>>;
  /** The maps that have not ended. */
  readonly open: Set<CallMap<unknown, unknown>>;
}

/** Creates the method `map` of a client. */
export function mapMethod({ catalogue, call, open }: MapParts): MapMethod<Catalogue> {
  function map(given: unknown, inputs: unknown, options: unknown): CallMap<unknown, unknown> {
    const formula = formulaOf(catalogue, given);
    const plan = readMapOptions(formula, options);
    if (isFailure(plan)) throw new RequestError(plan, undefined);
    const source = sourceOf<unknown>(inputs);
    if (source === undefined) throw refusedCall('map: the inputs are not iterable; each of them is a list of operands');
    let forget = (): void => undefined;
    const calls = new CallMap(
      (operands, each) => call(formula, operands, each),
      source,
      plan,
      () => {
        open.delete(calls);
        forget();
      },
    );
    open.add(calls);
    const { signal } = plan;
    if (signal === undefined) return calls;
    try {
      if (signal.aborted) calls.fail(abortedCall(undefined, signal));
      else forget = onAbort(signal, () => calls.fail(abortedCall(undefined, signal)));
    } catch (error) {
      open.delete(calls);
      throw refusedCall(`map: the signal cannot be used: ${textOf(error)}`);
    }
    return calls;
  }
  return map as MapMethod<Catalogue>;
}

/** @throws RequestError when the catalogue has no such formula */
function formulaOf(catalogue: Catalogue, given: unknown): Formula {
  if (typeof given !== 'function') return formulaNamed(catalogue, given);
  const contract = (given as { readonly contract?: unknown }).contract;
  const formula = Object.values(catalogue.formulas).find((one) => one === contract);
  if (formula !== undefined) return formula;
  throw new RequestError(
    failure(
      'unknown-formula',
      'map: the function is no formula of this client’s catalogue; pass its name, or its method',
    ),
    undefined,
  );
}
