import { Bytes, defineCatalogue, exposed, limits, operation } from '@cateto/contracts';
import { z } from 'zod';

const sample = new Uint8Array([1]);

const mirror = operation({
  name: 'mirror',
  description: 'The same bytes.',
  input: Bytes({ max: limits.bytesMax }),
  output: Bytes({ max: limits.bytesMax }),
  example: { input: sample, output: sample },
});
const next = operation({
  name: 'next',
  description: 'The next number.',
  input: z.number(),
  output: z.number(),
  example: { input: 1, output: 2 },
});

/** Large values and small ones. */
export const mirrors = defineCatalogue({
  operations: { mirror, next },
  formulas: { mirror: exposed(mirror), next: exposed(next) },
});
