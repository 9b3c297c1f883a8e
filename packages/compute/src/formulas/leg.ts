import { call, failure, formulaCode, leg as contract, multiply } from '@cateto/contracts';
import { correctedRoot } from '../numerics/corrected-root.ts';
import { exponentOf, isModerate, timesPowerOfTwo } from '../numerics/scale.ts';
import { productError } from '../numerics/two-product.ts';
import { sumError } from '../numerics/two-sum.ts';

/**
 * The other leg, as the root of (c - a)(c + a): the difference of two squares would lose the digits that close values
 * have in common. A leg's sign does not matter; a hypotenuse is not negative. Within 2 ulp.
 */
export const leg = formulaCode(contract, {
  plan([c, a]) {
    if (c < Math.abs(a)) {
      return failure('out-of-domain', `leg: the hypotenuse c = ${c} is shorter than the leg a = ${a}`);
    }
    const { difference, sum } = factors(c, a);
    return [call(multiply, [difference, sum])];
  },
  combine([product], [c, a]) {
    const { difference, differenceError, sum, sumRest, scale } = factors(c, a);
    // (d + d')(s + s') = ds + (the rounding error of ds) + ds' + sd', up to the square of an ulp
    const low = productError(difference, sum, product) + difference * sumRest + sum * differenceError;
    return timesPowerOfTwo(correctedRoot(product, low), -scale);
  },
});

interface Factors {
  readonly difference: number;
  readonly differenceError: number;
  readonly sum: number;
  readonly sumRest: number;
  readonly scale: number;
}

/** c - a and c + a with their rounding errors, scaled by 2^scale when one of them is out of range. */
function factors(c: number, a: number): Factors {
  const moderate = isModerate(c - Math.abs(a)) && isModerate(c);
  const scale = moderate ? 0 : -exponentOf(c);
  const long = timesPowerOfTwo(c, scale);
  const short = timesPowerOfTwo(Math.abs(a), scale);
  const difference = long - short;
  const sum = long + short;
  return {
    difference,
    differenceError: sumError(long, -short, difference),
    sum,
    sumRest: sumError(long, short, sum),
    scale,
  };
}
