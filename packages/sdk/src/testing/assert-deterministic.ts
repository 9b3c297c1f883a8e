import type { Catalogue, FormulaCodesOf, Handler, HandlersOf, Loadable, OperandsOf } from '@cateto/contracts';
import { jsonText } from '@cateto/contracts';
import { isDeepStrictEqual } from 'node:util';
import { RequestError } from '../request-error.ts';
import { simulate } from './simulate.ts';

/** A catalogue with its code, as `defineSystem` returns it. */
export interface CheckedSystem<C extends Catalogue> {
  readonly catalogue: C;
  readonly handlers: Loadable<HandlersOf<C>>;
  readonly formulas: Loadable<FormulaCodesOf<C>>;
}

export interface DeterminismOptions<C extends Catalogue> {
  /** The operands to run each formula with. A formula that is not listed runs with those of its contract's example. */
  readonly operands?: { readonly [F in keyof C['formulas']]?: readonly OperandsOf<C['formulas'][F]>[] } | undefined;
}

/** How long each run of a handler takes, in virtual time: in the second system, late calls end first. */
const spreadMs = 16;
const timeoutMs = 3_600_000;

/**
 * Runs each formula in two simulated systems in which its calls end in different orders, and compares the outcomes: the
 * value, or the code and the data of the failure. In each of them, a generator also runs twice with the same results.
 *
 * @throws Error that names the formula, its operands and both outcomes
 */
export async function assertDeterministic<C extends Catalogue>(
  system: CheckedSystem<C>,
  { operands = {} }: DeterminismOptions<C> = {},
): Promise<void> {
  const catalogue: Catalogue = system.catalogue;
  const handlers = await loaded(system.handlers);
  const formulas = await loaded(system.formulas);
  const given: Readonly<Record<string, readonly (readonly unknown[])[] | undefined>> = operands;
  const cases = Object.values(catalogue.formulas).flatMap(({ name, example }) =>
    (given[name] ?? [example.operands]).map((each): Case => ({ name, operands: each })),
  );
  const loadedSystem = { catalogue, handlers, formulas };
  // One after the other, so that code which remembers something cannot mix the two up.
  const one = await outcomesOf(loadedSystem, cases, (nth) => nth % spreadMs);
  const other = await outcomesOf(loadedSystem, cases, (nth) => spreadMs - 1 - (nth % spreadMs));
  for (const [index, { name, operands: each }] of cases.entries()) {
    const [first, second] = [one[index], other[index]];
    if (isDeepStrictEqual(first, second)) continue;
    throw new Error(
      `${name}(${each.map(jsonText).join(', ')}) is not deterministic: ${text(first)}, and when its calls ended in another order ${text(second)}`,
    );
  }
}

interface Case {
  readonly name: string;
  readonly operands: readonly unknown[];
}

type Outcome = { readonly value: unknown } | { readonly code: string; readonly data: unknown };

async function outcomesOf(
  { catalogue, handlers, formulas }: { catalogue: Catalogue; handlers: object; formulas: object },
  cases: readonly Case[],
  order: (nth: number) => number,
): Promise<readonly Outcome[]> {
  const network = simulate();
  let runs = 0;
  const late = Object.entries(handlers as Readonly<Record<string, Handler>>).map(
    ([name, handler]): [string, Handler] => [
      name,
      async (input, context) => {
        runs += 1;
        await network.pass(order(runs));
        return handler(input, context);
      },
    ],
  );
  const service = network.serve({
    catalogue,
    handlers: Object.fromEntries(late),
    formulas: formulas as FormulaCodesOf<Catalogue>,
  });
  await using client = network.connect({ catalogue, timeoutMs });
  const outcomes: Outcome[] = [];
  for (const { name, operands } of cases) outcomes.push(await outcomeOf(client.call(name, operands)));
  await service.close();
  return outcomes;
}

async function outcomeOf(call: Promise<{ readonly value: unknown }>): Promise<Outcome> {
  try {
    const { value } = await call;
    return { value };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    // A generator that differs when it runs again: the text says where.
    if (error.code === 'internal' && error.message.includes('is not deterministic')) throw error;
    return { code: error.code, data: error.data };
  }
}

function text(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'nothing';
  if ('value' in outcome) return `it gave ${jsonText(outcome.value)}`;
  const data = outcome.data === undefined ? '' : ` and ${jsonText(outcome.data)}`;
  return `it failed with ${outcome.code}${data}`;
}

async function loaded<T>(given: Loadable<T>): Promise<T> {
  return typeof given === 'function' ? (given as () => T | Promise<T>)() : given;
}
