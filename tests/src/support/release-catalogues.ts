import type { FormulaCodesOf, HandlersOf } from '@cateto/contracts';
import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { z } from 'zod';

/*
 * Two releases of one catalogue that differ in one contract. The shapes are equal and the meanings differ, so that only
 * the contract's hash keeps them apart. An answer shows which release computed it.
 */

export type Release = 'old' | 'new';
/** The contract in which they differ. */
export type Changed = 'operation' | 'formula';

/** The operation's result for 1. */
export const factors = { old: 2, new: 3 } as const satisfies Record<Release, number>;

export function releaseCatalogue(release: Release, changed: Changed) {
  const versionOf = (kind: Changed): number => (kind === changed && release === 'new' ? 2 : 1);
  const scale = operation({
    name: 'scale',
    description: 'Its input, scaled; by how much depends on the release.',
    version: versionOf('operation'),
    input: Finite,
    output: Finite,
    example: { input: 0, output: 0 },
  });
  const scaled = formula({
    name: 'scaled',
    description: 'Its operand, scaled, and the release that combined it.',
    version: versionOf('formula'),
    operands: [['a', Finite]],
    output: z.object({ by: z.enum(['old', 'new']), value: Finite }),
    example: { operands: [0], output: { by: 'old', value: 0 } },
  });
  const catalogue = defineCatalogue({ operations: { scale }, formulas: { scaled } });
  type Own = typeof catalogue;
  // A contract that did not change is computed as before.
  const factor = changed === 'operation' ? factors[release] : factors.old;
  const handlers: HandlersOf<Own> = { scale: (input) => input * factor };
  const formulas: FormulaCodesOf<Own> = {
    scaled: formulaCode(scaled, { plan: ([a]) => [call(scale, a)], combine: ([value]) => ({ by: release, value }) }),
  };
  return { catalogue, handlers, formulas };
}

export type ReleaseCatalogue = ReturnType<typeof releaseCatalogue>['catalogue'];
