import type { Incompatibility } from './incompatibility.ts';
import type { Schema } from './schema-view.ts';

/*
 * The results for pairs of schemas during one comparison. A recursive schema can lead back to a pair that is still
 * being compared. Such a pair is assumed to hold (Amadio and Cardelli, Subtyping recursive types, 1993). If it turns
 * out not to hold, all results that depended on the assumption are discarded. Each pair is compared a few times at
 * most, however often a schema refers to itself.
 */

type Pair = readonly [sender: Schema, receiver: Schema];

export interface Compared {
  /**
   * @returns the earlier result: an empty list for a pair that holds, undefined for a pair that was not compared yet
   */
  found(sender: Schema, receiver: Schema): readonly Incompatibility[] | undefined;
  /** Compares a pair, on the assumption that it holds. */
  compare(sender: Schema, receiver: Schema, find: () => readonly Incompatibility[]): readonly Incompatibility[];
  /** Whether fields tell two objects apart. The answer is `false` while the pair is being compared. */
  disjoint(sender: object, receiver: object, areDisjoint: () => boolean): boolean;
}

export function createCompared(): Compared {
  const known = createPairs<readonly Incompatibility[]>();
  const told = createPairs<boolean>();
  /** Pairs that hold, in the order in which their comparison began. */
  const holding: Pair[] = [];

  return {
    found: known.get,
    compare(sender, receiver, find) {
      const before = holding.push([sender, receiver]) - 1;
      known.set(sender, receiver, []);
      const found = find();
      if (found.length === 0) return found;
      for (const [one, other] of holding.splice(before)) known.delete(one, other);
      known.set(sender, receiver, found);
      return found;
    },
    disjoint(sender, receiver, areDisjoint) {
      const before = told.get(sender, receiver);
      if (before !== undefined) return before;
      told.set(sender, receiver, false);
      const result = areDisjoint();
      told.set(sender, receiver, result);
      return result;
    },
  };
}

interface Pairs<V> {
  get(one: unknown, other: unknown): V | undefined;
  set(one: unknown, other: unknown, value: V): void;
  delete(one: unknown, other: unknown): void;
}

function createPairs<V>(): Pairs<V> {
  const values = new Map<unknown, Map<unknown, V>>();
  return {
    get: (one, other) => values.get(one)?.get(other),
    set(one, other, value) {
      const ofOne = values.get(one) ?? new Map<unknown, V>();
      ofOne.set(other, value);
      values.set(one, ofOne);
    },
    delete: (one, other) => void values.get(one)?.delete(other),
  };
}
