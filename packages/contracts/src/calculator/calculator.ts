import type { Catalogue } from '../catalogue/catalogue.ts';
import { defineCatalogue } from '../catalogue/catalogue.ts';
import { formulas, operations } from './registry.generated.ts';

/** The catalogue of the example system. It is the default wherever a catalogue can be given. */
export interface Calculator extends Catalogue<typeof operations, typeof formulas> {}

export const calculator: Calculator = defineCatalogue({ operations, formulas });
