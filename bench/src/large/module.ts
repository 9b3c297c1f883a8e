import { Bytes, defineCatalogue, defineSystem, exposed, Finite, limits, operation } from '@cateto/contracts';
import { filled } from './filled.ts';

/* The catalogue module of the suite `large`: large values to a server, from it, and both ways, and a small request. */

const AnyBytes = Bytes({ max: limits.bytesMax });
const sample = new Uint8Array([1]);

const lengthOf = operation({
  name: 'lengthOf',
  description: 'How many bytes these are.',
  input: AnyBytes,
  output: Finite,
  example: { input: sample, output: 1 },
});
const bytesOf = operation({
  name: 'bytesOf',
  description: 'So many bytes, the same ones for each length.',
  input: Finite,
  output: AnyBytes,
  example: { input: 1, output: new Uint8Array([0]) },
});
const mirror = operation({
  name: 'mirror',
  description: 'The same bytes.',
  input: AnyBytes,
  output: AnyBytes,
  example: { input: sample, output: sample },
});
const next = operation({
  name: 'next',
  description: 'The next number.',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 2 },
});

export default defineSystem({
  catalogue: defineCatalogue({
    operations: { lengthOf, bytesOf, mirror, next },
    formulas: { lengthOf: exposed(lengthOf), bytesOf: exposed(bytesOf), mirror: exposed(mirror), next: exposed(next) },
  }),
  handlers: {
    lengthOf: (input: Uint8Array) => input.length,
    bytesOf: (size: number) => filled(size),
    mirror: (input: Uint8Array) => input,
    next: (input: number) => input + 1,
  },
  formulas: {},
});
