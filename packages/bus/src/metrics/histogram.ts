import type { Durations } from '@cateto/contracts';
import { durationBoundsMs } from '@cateto/contracts';

/*
 * A histogram that costs its user some comparisons and two additions: a fixed array of counters, without objects and
 * without the clock.
 */

const bounds = Float64Array.from(durationBoundsMs);
const boundCount = bounds.length;
const afterMiddle = boundCount >> 1;
const middle = bounds[afterMiddle - 1] ?? 0;
/** The place of the sum, after the counters. */
const sumAt = boundCount + 1;

export class Histogram {
  private readonly numbers = new Float64Array(boundCount + 2);

  /** A duration below zero, which two readings of a clock in the wrong order give, counts as zero. */
  add(ms: number): void {
    const { numbers } = this;
    // Half of the bounds need not be compared.
    let index = ms > middle ? afterMiddle : 0;
    while (index < boundCount && ms > (bounds[index] as number)) index += 1;
    numbers[index] = (numbers[index] as number) + 1;
    if (ms > 0) numbers[sumAt] = (numbers[sumAt] as number) + ms;
  }

  isEmpty(): boolean {
    return this.numbers.subarray(0, sumAt).every((count) => count === 0);
  }

  durations(): Durations {
    return { counts: Array.from(this.numbers.subarray(0, sumAt)), sumMs: this.numbers[sumAt] ?? 0 };
  }
}
