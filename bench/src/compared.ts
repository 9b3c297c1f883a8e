import type { Measurement } from './measurement.ts';
import { median, sum } from './measurement.ts';

/* Comparisons of measurements that took turns, so that the rest of the machine was the same for both. */

/** The processor time of all processes for each answer. A busy machine changes it less than the rate. */
export function cpuOf({ cpuUs }: Measurement): number {
  return sum(Object.values(cpuUs));
}

/** The median of the ratios of neighbours in time. */
export function medianRatio(figures: readonly number[], to: readonly number[]): number {
  return median(figures.map((figure, turn) => figure / (to[turn] ?? Number.NaN)));
}

/** `+1.2 %` */
export function percent(ratio: number): string {
  const more = (ratio - 1) * 100;
  return `${more < 0 ? '' : '+'}${more.toFixed(1)} %`;
}
