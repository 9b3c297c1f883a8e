import type { Misreading } from './misreading.ts';
import type { Schema } from './schema-view.ts';

/*
 * What is known of pairs of schemas while two are compared. A recursive schema comes back to a pair that is being compared: then it
 * holds if the rest does (Amadio and Cardelli, Subtyping recursive types, 1993). So what held only because of that pair is forgotten
 * when the pair turns out not to hold. Each pair is compared a few times at most, however often a schema refers to itself.
 */

type Pair = readonly [sender: Schema, receiver: Schema];

export interface Compared {
  /** @returns what was found before; nothing of a pair that holds, undefined when it is to be compared */
  found(sender: Schema, receiver: Schema): readonly Misreading[] | undefined;
  /** Compares a pair that holds if the rest does. */
  compare(sender: Schema, receiver: Schema, misread: () => readonly Misreading[]): readonly Misreading[];
  /** Whether objects are told apart by their fields; of a pair that is being compared nobody knows yet. */
  apart(sender: object, receiver: object, areApart: () => boolean): boolean;
}

export function createCompared(): Compared {
  const known = createPairs<readonly Misreading[]>();
  const told = createPairs<boolean>();
  /** Pairs that hold, in the order in which they were compared. */
  const holding: Pair[] = [];

  return {
    found: known.get,
    compare(sender, receiver, misread) {
      const before = holding.push([sender, receiver]) - 1;
      known.set(sender, receiver, []);
      const found = misread();
      if (found.length === 0) return found;
      for (const [one, other] of holding.splice(before)) known.delete(one, other);
      known.set(sender, receiver, found);
      return found;
    },
    apart(sender, receiver, areApart) {
      const before = told.get(sender, receiver);
      if (before !== undefined) return before;
      told.set(sender, receiver, false);
      const result = areApart();
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
