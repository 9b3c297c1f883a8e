import { Finite } from '../../catalogue/finite.ts';
import { operation } from '../../catalogue/operation.ts';

export const square = operation({
  name: 'square',
  description: 'The square of a number; out of domain when it overflows.',
  input: Finite,
  output: Finite,
  example: { input: 12, output: 144 },
  work: { fallback: 'late', lanes: 'fixed' },
});
