import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The source of all randomness in a simulated network. */
export interface Chance {
  /** In [0, 1). */
  share(): number;
  /** In [least, most). */
  between(least: number, most: number): number;
  /** True with this probability, 0 to 1. */
  one(share: number): boolean;
  /** A new order. */
  shuffled<T>(items: Iterable<T>): T[];
  /** A new source, whose numbers do not depend on how many are drawn from this one later. */
  fork(): Chance;
}

/** @param seed a whole number; the same seed gives the same numbers */
export function createChance(seed: number): Chance {
  const generator = xoroshiro128plus(seed);
  const chance: Chance = {
    share: () => uniformFloat64(generator),
    between: (least, most) => least + (most - least) * chance.share(),
    one: (share) => chance.share() < share,
    shuffled(items) {
      const order = [...items];
      for (let last = order.length - 1; last > 0; last -= 1) {
        const other = uniformInt(generator, 0, last);
        [order[last], order[other]] = [order[other] as never, order[last] as never];
      }
      return order;
    },
    fork: () => createChance(uniformInt(generator, -0x80000000, 0x7fffffff)),
  };
  return chance;
}
