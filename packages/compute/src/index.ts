export { finiteOr } from './numerics/finite-or.ts';
export { formulaCodes, handlers } from './registry.generated.ts';
