// Generated from the folder listing by `pnpm registry`. Do not edit.
import { diagonal } from './formulas/diagonal.ts';
import { hypotenuse } from './formulas/hypotenuse.ts';
import { leg } from './formulas/leg.ts';
import { multiply } from './operations/multiply.ts';
import { square } from './operations/square.ts';

export const operations = {
  multiply,
  square,
};

export const formulas = {
  diagonal,
  hypotenuse,
  leg,
};
