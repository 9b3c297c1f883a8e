import type { Catalogue } from '@cateto/contracts';
import { calculator } from '@cateto/contracts';
import { fileURLToPath } from 'node:url';
import { catalogue as mixedCatalogue } from '../support/mixed-work.ts';
import type { MixedFormula } from '../support/mixed-work.ts';
import type { Chance } from './chance.ts';
import type { FormulaAsked } from './question.ts';
import { formulas, operandsOf } from './question.ts';

/* The calls of the clients of a run, and the catalogue that they call. */

export type WorkloadName = 'calculator' | 'mixed';

export interface Workload {
  readonly catalogue: Catalogue;
  /** Variables for every process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Arguments for an op-server, by its index from 0. */
  argumentsOf(opServer: number): readonly string[];
  pick(chance: Chance): string;
  operandsOf(formula: string, number: number): readonly number[];
  /** A question for the time before the load. */
  readonly first: { readonly formula: string; readonly operands: readonly number[] };
  /** After `every` single requests on average, `size` come at once; unless given, all come singly. */
  readonly bursts?: { readonly every: number; readonly size: number };
}

const calculatorLoad: Workload = {
  catalogue: calculator,
  environment: {},
  argumentsOf: () => [],
  pick: (chance) => chance.pick(formulas),
  operandsOf: (formula, number) => operandsOf(formula as FormulaAsked, number),
  first: { formula: 'diagonal', operands: [1, 2, 2] },
};

/**
 * Shares of a hundred requests. A blocking request keeps a thread or a main loop for 110 ms on average, so 20 requests
 * a second keep two of the six threads busy.
 */
const mixedShares: Readonly<Record<MixedFormula, number>> = {
  askInstant: 40,
  askBriefBlocking: 14,
  askBriefWaiting: 14,
  askMediumBlocking: 8,
  askMediumWaiting: 10,
  askLongBlocking: 2,
  askLongWaiting: 4,
  askSeveral: 8,
};
const mixedTickets = Object.entries(mixedShares).flatMap(([name, share]) => Array<string>(share).fill(name));

const mixedLoad: Workload = {
  catalogue: mixedCatalogue,
  environment: { CATETO_CATALOGUE: fileURLToPath(new URL('../support/mixed-work.ts', import.meta.url)) },
  // The others choose by themselves: handlers that wait run in the event loop, and those that block soon in a thread.
  argumentsOf: (opServer) => (opServer < 2 ? ['--workers', '2'] : []),
  pick: (chance) => chance.pick(mixedTickets),
  operandsOf: (_formula, number) => [number],
  first: { formula: 'askSeveral', operands: [0] },
  bursts: { every: 40, size: 15 },
};

export const workloads: Readonly<Record<WorkloadName, Workload>> = { calculator: calculatorLoad, mixed: mixedLoad };
