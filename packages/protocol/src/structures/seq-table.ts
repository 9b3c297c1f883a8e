/*
 * Values by the seq of their request: a hash table with open addressing, for whole numbers from 1. A Map does the same.
 * But a Map that is filled and emptied with every wave of requests builds a new table each time, and leaves old tables
 * behind that refer to everything that was in them. Old tables that have aged keep all of that from being collected
 * until the next full garbage collection. With 256 requests in flight this, and copying what was kept, took a quarter
 * of a calc-server's time. Here removed values are forgotten, and nothing is built unless there are more entries than
 * ever before.
 */

export interface SeqTable<V> {
  get(seq: number): V | undefined;
  has(seq: number): boolean;
  /** Replaces the value of this seq, if there is one. */
  set(seq: number, value: V): void;
  delete(seq: number): void;
  /** In the order of the seqs. The table may change while the result is used. */
  values(): readonly V[];
  /** The values with seqs from `from` on and below `below`, in order. Takes no longer than listing all values. */
  between(from: number, below: number): readonly V[];
  size(): number;
}

const capacityMin = 16;
/** An empty table is made smaller if it has more slots than this for each entry of its recent maximum. */
const slotsPerEntryMax = 8;
/** Not a seq: they count from 1. */
const free = 0;

export function createSeqTable<V>(): SeqTable<V> {
  let seqs: number[] = freeSlots(capacityMin);
  let entries: (V | undefined)[] = noEntries(capacityMin);
  let mask = capacityMin - 1;
  let shift = shiftFor(capacityMin);
  let size = 0;
  /** The maximum number of entries since it was last empty. */
  let peak = 0;
  /** The maximum of earlier waves. Each wave that does not reach it lowers it by an eighth. */
  let peakLately = 0;

  /** The slot of the seq, or the free slot where it would be. */
  function slotOf(seq: number): number {
    let slot = homeOf(seq, shift);
    for (let found = seqs[slot]; found !== seq && found !== free; found = seqs[slot]) slot = (slot + 1) & mask;
    return slot;
  }

  function resize(capacity: number): void {
    const [oldSeqs, oldEntries] = [seqs, entries];
    seqs = freeSlots(capacity);
    entries = noEntries(capacity);
    mask = capacity - 1;
    shift = shiftFor(capacity);
    for (let old = 0; old < oldSeqs.length; old += 1) {
      const seq = oldSeqs[old] ?? free;
      if (seq === free) continue;
      const slot = slotOf(seq);
      seqs[slot] = seq;
      entries[slot] = oldEntries[old];
    }
    // The lists may be old, and must refer to nothing younger.
    oldEntries.length = 0;
  }

  /** Moves up the entries behind a freed slot, so that a search may end at the first free slot. */
  function close(freed: number): void {
    let gap = freed;
    let slot = gap;
    for (;;) {
      slot = (slot + 1) & mask;
      const seq = seqs[slot] ?? free;
      if (seq === free) break;
      // Its search begins behind the gap and does not pass it.
      if (((slot - homeOf(seq, shift)) & mask) < ((slot - gap) & mask)) continue;
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
   * Waves find the table as large as they need it, also when a small wave comes between large ones. After a flood it
   * does not stay large for ever.
   */
  function emptied(): void {
    peakLately = Math.max(peak, peakLately - Math.ceil(peakLately / 8));
    if (mask + 1 > Math.max(capacityMin, slotsPerEntryMax * peakLately)) resize(capacityMin);
    peak = 0;
  }
}

/**
 * Multiplication by the golden ratio: its upper bits keep consecutive seqs at nearly equal distances, whatever the
 * capacity, so that searches end at once. Both halves of a large seq count.
 */
function homeOf(seq: number, shift: number): number {
  const low = seq | 0;
  const folded = seq === low ? low : low ^ Math.imul((seq / 0x1_0000_0000) | 0, 0x85eb_ca6b);
  return Math.imul(folded, 0x9e37_79b1) >>> shift;
}

/** @param capacity a power of 2 */
function shiftFor(capacity: number): number {
  return Math.clz32(capacity) + 1;
}

function freeSlots(capacity: number): number[] {
  return Array.from({ length: capacity }, () => free);
}

function noEntries<V>(capacity: number): (V | undefined)[] {
  return Array.from({ length: capacity }, () => undefined);
}
