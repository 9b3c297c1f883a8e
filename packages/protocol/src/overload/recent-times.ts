/*
 * The recent times of something, without pauses of the machine. The last sixteen are kept, and the two longest of them
 * do not count: a pause of the garbage collector is as long as a thousand short runs. Work of which every fifth run is
 * long is still visible.
 */

export interface RecentTimes {
  /** @param ms not negative */
  add(ms: number): void;
  /**
   * The mean of the last sixteen times without the two longest.
   *
   * @returns undefined before the first time
   */
  typicalMs(): number | undefined;
}

const keptMax = 16;
const pausesMax = 2;

export function createRecentTimes(): RecentTimes {
  const times = new Float64Array(keptMax);
  let added = 0;
  /** Undefined when it has to be computed again. */
  let typicalMs: number | undefined;

  function workOut(): number {
    const kept = Math.min(added, keptMax);
    const sorted = times.subarray(0, kept).toSorted();
    // With fewer times, one in eight does not count; a single time counts, because nothing else is known.
    const counted = kept - Math.floor((kept * pausesMax) / keptMax);
    let sumMs = 0;
    for (let index = 0; index < counted; index += 1) sumMs += sorted[index]!;
    return sumMs / counted;
  }

  return {
    add(ms) {
      times[added % keptMax] = ms;
      added += 1;
      typicalMs = undefined;
    },
    typicalMs() {
      if (added > 0) typicalMs ??= workOut();
      return typicalMs;
    },
  };
}
