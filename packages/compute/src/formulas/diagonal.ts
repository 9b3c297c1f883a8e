import { diagonal as contract, formulaCode } from '@cateto/contracts';
import { callSquare, rootOfSquares } from '../numerics/root-of-squares.ts';

export const diagonal = formulaCode(contract, {
  plan: (operands) => [
    callSquare(operands[0], operands),
    callSquare(operands[1], operands),
    callSquare(operands[2], operands),
  ],
  combine: (squares, operands) => rootOfSquares('diagonal', squares, operands),
});
