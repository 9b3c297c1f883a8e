interface Sample {
  readonly atMs: number;
  readonly rows: number;
  readonly share: number;
}

/** The pace is that of the last ten seconds, so that it follows a system that becomes faster or slower. */
const windowMs = 10_000;

/** How fast a batch is, and how long it will still take. */
export class Pace {
  readonly #samples: Sample[] = [];

  /** @param share the part of the input that is done, from 0 to 1 */
  add(atMs: number, rows: number, share: number): void {
    this.#samples.push({ atMs, rows, share });
    // The oldest sample that stays is the last one before the window.
    const first = this.#samples.findIndex((one) => one.atMs > atMs - windowMs);
    if (first > 1) this.#samples.splice(0, first - 1);
  }

  rowsPerSecond(): number {
    return 1_000 * this.#perMs(({ rows }) => rows);
  }

  /** Milliseconds that the rest will take; undefined while that is unknown. */
  leftMs(): number | undefined {
    const pace = this.#perMs(({ share }) => share);
    const share = this.#samples.at(-1)?.share ?? 0;
    return pace > 0 ? Math.max(0, 1 - share) / pace : undefined;
  }

  #perMs(of: (sample: Sample) => number): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return (of(last) - of(first)) / (last.atMs - first.atMs);
  }
}
