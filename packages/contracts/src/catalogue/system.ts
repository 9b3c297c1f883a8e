import type { Catalogue } from './catalogue.ts';
import type { FormulaCodesOf, HandlersOf } from './formula-code.ts';

/*
 * A system: contracts with their code. The exports of a catalogue module are those of a system, so a module may export
 * one as its default.
 */

/** An object, or a function that loads it, so that a client need not load code that only servers run. */
export type Loadable<T> = T | (() => T | Promise<T>);

/** Refuses names that the catalogue does not have: without it, a misspelt name would compile. */
type Only<T, Known> = T extends (...given: never) => infer R
  ? () => Only<Awaited<R>, Known> | Promise<Only<Awaited<R>, Known>>
  : { readonly [N in Exclude<keyof T, keyof Known> & string]: `"${N}" is not in the catalogue` };

export interface System<C extends Catalogue, H, F> {
  readonly catalogue: C;
  readonly handlers: H;
  readonly formulas: F;
}

/**
 * Combines a catalogue with the code of its operations and formulas. A missing or misspelt one does not compile. The
 * result is what a catalogue module exports and what `serve()` takes:
 * ```ts
 * export default defineSystem({ catalogue, handlers: { price: (strike) => 3 * strike }, formulas: {} });
 * ```
 * `handlers` and `formulas` may be functions that load the objects, so that a client need not load the code.
 */
export function defineSystem<
  C extends Catalogue,
  H extends Loadable<HandlersOf<C>>,
  F extends Loadable<FormulaCodesOf<C>>,
>(system: {
  readonly catalogue: C;
  readonly handlers: H & Only<H, HandlersOf<C>>;
  readonly formulas: F & Only<F, FormulaCodesOf<C>>;
}): System<C, H, F> {
  return system;
}
