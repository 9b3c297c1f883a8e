import type { diagonal } from '../calculator/formulas/diagonal.ts';
import type { hypotenuse } from '../calculator/formulas/hypotenuse.ts';
import type { multiply } from '../calculator/operations/multiply.ts';
import type { square } from '../calculator/operations/square.ts';
import type { Catalogue } from './catalogue.ts';

/** A fixed catalogue for tests that list what is missing; the calculator's catalogue grows. */
export interface Sample extends Catalogue<
  { readonly multiply: typeof multiply; readonly square: typeof square },
  { readonly diagonal: typeof diagonal; readonly hypotenuse: typeof hypotenuse }
> {}
