import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Chance that a seed repeats. */
export interface Chance {
  /** In [0, 1). */
  fraction(): number;
  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number;
  pick<T>(among: readonly T[]): T;
  /** The same in another order. */
  shuffled<T>(these: readonly T[]): T[];
}

/**
 * @param stream whoever draws for himself has a stream of his own, so that what one draws does not depend on how often
 * another does
 */
export function chanceOf(seed: number, stream: string): Chance {
  const generator = xoroshiro128plus(mixed(seed, stream));
  const between = (least: number, most: number): number => uniformInt(generator, least, most);

  function pick<T>(among: readonly T[]): T {
    if (among.length === 0) throw new TypeError('there is nothing to pick from');
    return among[between(0, among.length - 1)] as T;
  }

  function shuffled<T>(these: readonly T[]): T[] {
    const order = [...these];
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = between(0, last);
      [order[last], order[other]] = [order[other] as T, order[last] as T];
    }
    return order;
  }

  return { fraction: () => uniformFloat64(generator), between, pick, shuffled };
}

/** FNV-1a over the seed and the stream's name. */
function mixed(seed: number, stream: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const character of `${seed} ${stream}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  }
  return hash | 0;
}
