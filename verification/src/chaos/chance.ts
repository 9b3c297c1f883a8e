import { createChance } from '@cateto/simulation';

/** Randomness that a seed repeats. */
export interface Chance {
  /** A number in [0, 1). */
  fraction(): number;
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(among: readonly T[]): T;
  /** The same items in another order. */
  shuffled<T>(these: readonly T[]): T[];
}

/**
 * @param stream each consumer has a stream of its own, so that its draws do not depend on how often another one draws
 */
export function chanceOf(seed: number, stream: string): Chance {
  const { share, shuffled } = createChance(mixed(seed, stream));
  const between = (least: number, most: number): number => least + Math.floor(share() * (most - least + 1));

  function pick<T>(among: readonly T[]): T {
    if (among.length === 0) throw new TypeError('there is nothing to pick from');
    return among[between(0, among.length - 1)] as T;
  }

  return { fraction: share, between, pick, shuffled };
}

/** FNV-1a over the seed and the stream's name. */
function mixed(seed: number, stream: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const character of `${seed} ${stream}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  }
  return hash | 0;
}
