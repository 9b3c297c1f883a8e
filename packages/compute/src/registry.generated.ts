// Generated from the list of contracts by `pnpm registry`. Do not edit.
// A file that cannot be found is the code of a contract, still to be written.
import type { Calculator, FormulaCodesOf, HandlersOf } from '@cateto/contracts';
import { diagonal } from './formulas/diagonal.ts';
import { hypotenuse } from './formulas/hypotenuse.ts';
import { leg } from './formulas/leg.ts';
import { multiply } from './operations/multiply.ts';
import { square } from './operations/square.ts';

export const handlers = {
  multiply,
  square,
} satisfies HandlersOf<Calculator>;

export const formulaCodes = {
  diagonal,
  hypotenuse,
  leg,
} satisfies FormulaCodesOf<Calculator>;
