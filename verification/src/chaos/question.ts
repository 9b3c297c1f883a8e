/*
 * The questions of the clients. Whatever the formula, the right answer to question n is 60 n. No two questions of a run
 * have the same answer, so an answer that went to another question is a wrong one.
 */

export const formulas = ['hypotenuse', 'diagonal', 'leg'] as const;
export type FormulaAsked = (typeof formulas)[number];

export function operandsOf(formula: FormulaAsked, number: number): readonly number[] {
  switch (formula) {
    case 'hypotenuse':
      return [36 * number, 48 * number];
    case 'diagonal':
      return [20 * number, 40 * number, 40 * number];
    case 'leg':
      return [75 * number, 45 * number];
  }
}

export function answerTo(number: number): number {
  return 60 * number;
}
