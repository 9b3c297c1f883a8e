/** A point of a curve. */
export interface Point {
  readonly atMs: number;
  readonly value: number;
}

export interface Slope {
  readonly perHour: number;
  /** The standard error of the slope. Neighbouring points are not independent, so the true error is larger. */
  readonly errorPerHour: number;
}

const hourMs = 3_600_000;

/** The line of least squares; undefined for fewer than three points in time, which any line fits. */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  const count = points.length;
  const meanMs = mean(points.map(({ atMs }) => atMs));
  const meanValue = mean(points.map(({ value }) => value));
  const spread = sum(points.map(({ atMs }) => (atMs - meanMs) ** 2));
  if (count < 3 || spread === 0) return undefined;
  const perMs = sum(points.map(({ atMs, value }) => (atMs - meanMs) * (value - meanValue))) / spread;
  const residue = sum(points.map(({ atMs, value }) => (value - meanValue - perMs * (atMs - meanMs)) ** 2));
  const errorPerMs = Math.sqrt(residue / (count - 2) / spread);
  return { perHour: perMs * hourMs, errorPerHour: errorPerMs * hourMs };
}

function sum(values: readonly number[]): number {
  return values.reduce((whole, value) => whole + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
