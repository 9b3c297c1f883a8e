import type { diagonal } from './calculator/formulas/diagonal.ts';
import type { hypotenuse } from './calculator/formulas/hypotenuse.ts';
import type { multiply } from './calculator/operations/multiply.ts';
import type { square } from './calculator/operations/square.ts';
import type { Catalogue } from './catalogue.ts';

/** A catalogue for tests that say what is missing: the calculator's grows, this one stays. */
export interface Sample extends Catalogue<
  { readonly multiply: typeof multiply; readonly square: typeof square },
  { readonly diagonal: typeof diagonal; readonly hypotenuse: typeof hypotenuse }
> {}
