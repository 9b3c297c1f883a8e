import type { Handler } from '@cateto/contracts';
import { call, defineCatalogue, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { appendFileSync } from 'node:fs';

/*
 * A catalogue module whose handlers take microseconds to seconds, for `pnpm chaos --work` and `pnpm soak --work`. Some
 * block their thread, others wait. Both use no processor time, so that a busy machine changes little. Whatever the
 * formula, the answer to n is 60 n.
 */

/** The variable with the path of a file to which every run of a handler appends a line. */
export const runsVariable = 'MIXED_WORK_RUNS';

const neverWoken = new Int32Array(new SharedArrayBuffer(4));

const blocking = (ms: number): Handler => {
  return (item) => {
    countRun(item as number);
    if (ms > 0) Atomics.wait(neverWoken, 0, 0, ms);
    return 60 * (item as number);
  };
};

const waiting = (ms: number): Handler => {
  return async (item) => {
    countRun(item as number);
    await new Promise<void>((resolve) => void setTimeout(resolve, ms));
    return 60 * (item as number);
  };
};

/** A line is far shorter than what the kernel appends atomically. */
function countRun(item: number): void {
  const file = process.env[runsVariable];
  if (file !== undefined) appendFileSync(file, `${item} ${process.pid} ${Date.now()}\n`);
}

const described = (name: string) =>
  operation({
    name,
    description: '60 times its input.',
    input: Finite,
    output: Finite,
    example: { input: 1, output: 60 },
  });

const operations = {
  instant: described('instant'),
  briefBlocking: described('briefBlocking'),
  briefWaiting: described('briefWaiting'),
  mediumBlocking: described('mediumBlocking'),
  mediumWaiting: described('mediumWaiting'),
  longBlocking: described('longBlocking'),
  longWaiting: described('longWaiting'),
};

export const handlers: Readonly<Record<keyof typeof operations, Handler>> = {
  instant: blocking(0),
  briefBlocking: blocking(5),
  briefWaiting: waiting(5),
  mediumBlocking: blocking(300),
  mediumWaiting: waiting(300),
  longBlocking: blocking(3_000),
  longWaiting: waiting(3_000),
};

const asking = (name: string) =>
  formula({
    name,
    description: '60 times its operand.',
    operands: [['n', Finite]],
    output: Finite,
    example: { operands: [1], output: 60 },
  });

type Name = keyof typeof operations;

/** The operations of a formula. Call k of question n has the item n + k/4. */
const callsOf = {
  askInstant: ['instant'],
  askBriefBlocking: ['briefBlocking'],
  askBriefWaiting: ['briefWaiting'],
  askMediumBlocking: ['mediumBlocking'],
  askMediumWaiting: ['mediumWaiting'],
  askLongBlocking: ['longBlocking'],
  askLongWaiting: ['longWaiting'],
  askSeveral: ['instant', 'mediumBlocking', 'mediumWaiting', 'briefBlocking'],
} as const satisfies Readonly<Record<string, readonly Name[]>>;

export type MixedFormula = keyof typeof callsOf;

const asked = Object.fromEntries(Object.keys(callsOf).map((name) => [name, asking(name)])) as Record<
  MixedFormula,
  ReturnType<typeof asking>
>;

export const catalogue = defineCatalogue({ operations, formulas: asked });

export const formulas = Object.fromEntries(
  Object.entries(callsOf).map(([name, calls]) => [
    name,
    formulaCode(asked[name as MixedFormula], {
      plan: ([n]) => calls.map((one, index) => call(operations[one], n + index / 4)),
      combine: ([first]) => first as number,
    }),
  ]),
);

/** How many computations a question needs. */
export function callCountOf(name: string): number {
  return Object.hasOwn(callsOf, name) ? callsOf[name as MixedFormula].length : 0;
}
