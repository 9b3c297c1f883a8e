import type { Catalogue, Formula } from '@cateto/contracts';
import { failure, textOf } from '@cateto/contracts';
import { RequestError } from './request-error.ts';

/** @throws RequestError with `unknown-formula` when the catalogue has no such formula */
export function formulaNamed(catalogue: Catalogue, name: unknown): Formula {
  const isKnown = typeof name === 'string' && Object.hasOwn(catalogue.formulas, name);
  const formula = isKnown ? catalogue.formulas[name] : undefined;
  if (formula !== undefined) return formula;
  const known = Object.keys(catalogue.formulas).join(', ');
  throw new RequestError(
    failure('unknown-formula', `no formula is called "${textOf(name)}"; there are ${known}`),
    undefined,
  );
}
