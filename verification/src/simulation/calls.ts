/** The calls of operations that a request needs, in the form in which histories name them: `square 3`. */
export function callsOf(formula: string, operands: readonly number[]): string[] {
  const [c = 0, a = 0] = operands;
  if (formula === 'leg') return [`multiply ${JSON.stringify([c - a, c + a])}`];
  return operands.map((operand) => `square ${JSON.stringify(operand)}`);
}
