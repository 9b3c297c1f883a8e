export { diagonal } from './formulas/diagonal.ts';
export { hypotenuse } from './formulas/hypotenuse.ts';
export { leg } from './formulas/leg.ts';
export { finiteOr } from './numerics/finite-or.ts';
export { multiply } from './operations/multiply.ts';
export { square } from './operations/square.ts';
export { formulaCodes, handlers } from './registry.generated.ts';
