export { finiteOr } from './numerics/finite-or.ts';
export { calculator as catalogue } from '@cateto/contracts';
export { formulaCodes, formulaCodes as formulas, handlers } from './registry.generated.ts';
