// Generated from the folder listing by `pnpm registry`. Do not edit.
export { diagonal } from './formulas/diagonal.ts';
export { hypotenuse } from './formulas/hypotenuse.ts';
export { leg } from './formulas/leg.ts';
export { multiply } from './operations/multiply.ts';
export { square } from './operations/square.ts';
