import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';

/** A catalogue whose operation takes a fixed time, so that this time limits a server and not the machine. */
const slow = operation({
  name: 'slow',
  description: 'Its input, after a while in which its thread does nothing else.',
  input: Finite,
  output: Finite,
  example: { input: 1, output: 1 },
});

const patience = formula({
  name: 'patience',
  description: 'Its operand, slowly.',
  operands: [['a', Finite]],
  output: Finite,
  example: { operands: [1], output: 1 },
});

export const slowCatalogue = defineCatalogue({ operations: { slow }, formulas: { patience } });

export const slowFormulas = {
  patience: formulaCode(patience, { plan: ([a]) => [call(slow, a)], combine: ([result]) => result }),
};

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/** Blocks its thread without using the processor, so that the machine has room for the rest of the system. */
export const slowHandlers = (takesMs: number) => ({
  slow(input: number): number {
    Atomics.wait(nobodyWakes, 0, 0, takesMs);
    return input;
  },
});
