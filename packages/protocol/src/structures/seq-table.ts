/*
 * Things by the seq of their request: a hash table with open addressing, of whole numbers from 1.
 *
 * A Map does the same, but one that is filled and emptied with every wave of requests builds a new table each time, and
 * leaves behind old ones that name everything that was in them. Those that have grown old by then keep it all from being
 * collected until the next full collection: with 256 requests in flight that, and copying what it kept, was a quarter of
 * a calc-server's time. Here what has left is forgotten, and nothing is built unless there is more than ever before.
 */

export interface SeqTable<V> {
  get(seq: number): V | undefined;
  has(seq: number): boolean;
  /** In place of what has this seq. */
  set(seq: number, value: V): void;
  delete(seq: number): void;
  /** In the order of their seqs. What comes or goes meanwhile does not matter. */
  values(): readonly V[];
  /** Those with a seq from `from` on and below `below`, in that order. Takes no longer than all of them do. */
  between(from: number, below: number): readonly V[];
  size(): number;
}

const capacityMin = 16;
/** With so many slots for the most that it has held lately, a table that is empty is made smaller. */
const slotsPerEntryMax = 8;
/** No seq: they count up from 1. */
const free = 0;

export function createSeqTable<V>(): SeqTable<V> {
  let seqs: number[] = freeSlots(capacityMin);
  let entries: (V | undefined)[] = noEntries(capacityMin);
  let mask = capacityMin - 1;
  let size = 0;
  /** The most it has held since it was last empty. */
  let peak = 0;
  /** The same of earlier waves: each wave takes an eighth of what is not reached again. */
  let peakLately = 0;

  /** Where the seq is, or else the free slot where it would be. */
  function slotOf(seq: number): number {
    let slot = homeOf(seq, mask);
    for (let found = seqs[slot]; found !== seq && found !== free; found = seqs[slot]) slot = (slot + 1) & mask;
    return slot;
  }

  function resize(capacity: number): void {
    const [oldSeqs, oldEntries] = [seqs, entries];
    seqs = freeSlots(capacity);
    entries = noEntries(capacity);
    mask = capacity - 1;
    for (let old = 0; old < oldSeqs.length; old += 1) {
      const seq = oldSeqs[old] ?? free;
      if (seq === free) continue;
      const slot = slotOf(seq);
      seqs[slot] = seq;
      entries[slot] = oldEntries[old];
    }
    // They may have grown old, and must name nothing that is younger.
    oldEntries.length = 0;
  }

  /** Moves up what stands behind a slot that has become free, so that a search may end at the first free one. */
  function close(freed: number): void {
    let gap = freed;
    let slot = gap;
    for (;;) {
      slot = (slot + 1) & mask;
      const seq = seqs[slot] ?? free;
      if (seq === free) break;
      // Its search begins behind the gap and does not pass it.
      if (((slot - homeOf(seq, mask)) & mask) < ((slot - gap) & mask)) continue;
      seqs[gap] = seq;
      entries[gap] = entries[slot];
      gap = slot;
    }
    seqs[gap] = free;
    entries[gap] = undefined;
  }

  function some(fits: (seq: number) => boolean): readonly V[] {
    return seqs
      .filter((seq) => seq !== free && fits(seq))
      .toSorted((a, b) => a - b)
      .map((seq) => entries[slotOf(seq)] as V);
  }

  return {
    get: (seq) => entries[slotOf(seq)],
    has: (seq) => seqs[slotOf(seq)] === seq,
    set(seq, value) {
      let slot = slotOf(seq);
      if (seqs[slot] === free) {
        if (2 * (size + 1) > mask + 1) {
          resize(2 * (mask + 1));
          slot = slotOf(seq);
        }
        seqs[slot] = seq;
        size += 1;
        if (size > peak) peak = size;
      }
      entries[slot] = value;
    },
    delete(seq) {
      const slot = slotOf(seq);
      if (seqs[slot] !== seq) return;
      size -= 1;
      close(slot);
      if (size === 0) emptied();
    },
    values: () => some(() => true),
    between(from, below) {
      if (below - from > mask) return some((seq) => seq >= from && seq < below);
      const found: V[] = [];
      for (let seq = from; seq < below; seq += 1) {
        const slot = slotOf(seq);
        if (seqs[slot] === seq) found.push(entries[slot] as V);
      }
      return found;
    },
    size: () => size,
  };

  /**
   * Waves find it as large as they need it, also when a small one comes between large ones; after a flood it does not stay as large
   * for ever.
   */
  function emptied(): void {
    peakLately = Math.max(peak, peakLately - Math.ceil(peakLately / 8));
    if (mask + 1 > Math.max(capacityMin, slotsPerEntryMax * peakLately)) resize(capacityMin);
    peak = 0;
  }
}

/** Multiplied by the golden ratio, so that seqs at equal distances do not fall together; both halves of a large one count. */
function homeOf(seq: number, mask: number): number {
  const low = seq | 0;
  const folded = seq === low ? low : low ^ Math.imul((seq / 0x1_0000_0000) | 0, 0x85eb_ca6b);
  const spread = Math.imul(folded, 0x9e37_79b1);
  return (spread ^ (spread >>> 16)) & mask;
}

function freeSlots(capacity: number): number[] {
  return Array.from({ length: capacity }, () => free);
}

function noEntries<V>(capacity: number): (V | undefined)[] {
  return Array.from({ length: capacity }, () => undefined);
}
