import { formulaCode, hypotenuse as contract } from '@cateto/contracts';
import { callSquare, rootOfSquares } from '../numerics/root-of-squares.ts';

export const hypotenuse = formulaCode(contract, {
  plan: (operands) => [callSquare(operands[0], operands), callSquare(operands[1], operands)],
  combine: (squares, operands) => rootOfSquares('hypotenuse', squares, operands),
});
