import type { Counts } from '@cateto/contracts';

/** Counters by a word, for events that are not frequent. */
export interface WordCounts {
  count(word: string): void;
  all(): Counts;
}

/** The word for all others when there are more different ones than this. A stranger may have invented them. */
const others = '_OTHER';
const wordsMax = 256;

export function createCounts(): WordCounts {
  const counts = new Map<string, number>();
  return {
    count(word) {
      const known = counts.get(word);
      if (known === undefined && counts.size >= wordsMax) counts.set(others, (counts.get(others) ?? 0) + 1);
      else counts.set(word, (known ?? 0) + 1);
    },
    all: () => Object.fromEntries(counts),
  };
}
