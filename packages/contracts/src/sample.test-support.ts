import { diagonal } from './calculator/formulas/diagonal.ts';
import { hypotenuse } from './calculator/formulas/hypotenuse.ts';
import { multiply } from './calculator/operations/multiply.ts';
import { square } from './calculator/operations/square.ts';
import type { Catalogue } from './catalogue.ts';
import { defineCatalogue } from './catalogue.ts';

const operations = { multiply, square };
const formulas = { diagonal, hypotenuse };

/** A catalogue for type tests, which say what is missing: the calculator's grows, this one stays. */
export interface Sample extends Catalogue<typeof operations, typeof formulas> {}

export const sample: Sample = defineCatalogue({ operations, formulas });
