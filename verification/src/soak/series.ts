import type { Point, Slope } from './slope.ts';
import { slopeOf } from './slope.ts';

/*
 * The memory of processes over time. A restarted process has a series of its own, because its predecessor's memory is
 * gone.
 */

export interface Series {
  readonly name: string;
  readonly pid: number;
  readonly points: readonly Point[];
}

export interface Collected {
  add(name: string, pid: number, point: Point): void;
  readonly series: readonly Series[];
}

export function collectSeries(): Collected {
  const series = new Map<string, Series & { readonly points: Point[] }>();
  return {
    add(name, pid, point) {
      const key = `${name} ${pid}`;
      const known = series.get(key);
      if (known === undefined) series.set(key, { name, pid, points: [point] });
      else known.points.push(point);
    },
    get series() {
      return [...series.values()];
    },
  };
}

/** A process that has lived long enough to tell whether it grows. */
export interface Curve {
  readonly name: string;
  readonly warm: Point;
  readonly end: Point;
  readonly highest: number;
  readonly slope: Slope;
  /** In MiB: `curveParts` means of equal parts of the time after the warm-up. */
  readonly means: readonly number[];
}

const curveParts = 8;
/** In a shorter time, one collection more or less looks like a slope. */
const shortestMs = 240_000;

/** The curve after the warm-up; undefined for a process that did not live long enough. */
export function curveOf({ name, points }: Series, warmUpMs: number): Curve | undefined {
  const [start] = points;
  if (start === undefined) return undefined;
  const warmed = points.filter(({ atMs }) => atMs >= start.atMs + warmUpMs);
  const [warm] = warmed;
  const end = warmed.at(-1);
  const slope = slopeOf(warmed);
  if (warm === undefined || end === undefined || slope === undefined || end.atMs - warm.atMs < shortestMs) {
    return undefined;
  }
  const highest = Math.max(...warmed.map(({ value }) => value));
  return { name, warm, end, highest, slope, means: meansOf(warmed, warm.atMs, end.atMs) };
}

/** Whether it grows faster than allowed, beyond the standard error of the slope. */
export function growsFasterThan({ slope }: Curve, perHourMax: number): boolean {
  return slope.perHour - 2 * slope.errorPerHour > perHourMax;
}

function meansOf(points: readonly Point[], fromMs: number, toMs: number): number[] {
  const partMs = (toMs - fromMs) / curveParts;
  return Array.from({ length: curveParts }, (_, part) => {
    const values = points
      .filter(({ atMs }) => Math.min(curveParts - 1, Math.floor((atMs - fromMs) / partMs)) === part)
      .map(({ value }) => value);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}
