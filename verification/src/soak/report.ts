import { plainTable } from '../chaos/report.ts';
import type { Curve, Series } from './series.ts';
import { curveOf, growsFasterThan } from './series.ts';
import type { TableSizes } from './table-sizes.ts';
import { hasGrown } from './table-sizes.ts';

/* The findings of a soak, for people, and its faults. */

export interface SoakReport {
  readonly text: string;
  readonly objections: readonly string[];
}

export interface SoakBounds {
  readonly warmUpMs: number;
  /** MiB an hour. */
  readonly slopeMax: number;
}

const mib = (value: number): string => value.toFixed(1);

export function soakReport(series: readonly Series[], tables: readonly TableSizes[], bounds: SoakBounds): SoakReport {
  const curves = series.flatMap((one) => curveOf(one, bounds.warmUpMs) ?? []);
  const growing = curves.filter((curve) => growsFasterThan(curve, bounds.slopeMax));
  const grown = tables.filter(hasGrown);
  return {
    text: [memoryText(curves), curvesText(curves), startedAnewText(series), tablesText(tables)].join('\n'),
    objections: [
      ...(curves.length === 0 ? ['no process lived long enough to tell whether it grows'] : []),
      ...growing.map(({ name, slope }) => `${name} grows by ${mib(slope.perHour)} MiB an hour`),
      ...grown.map(({ process, table, medianFirst, medianSecond }) => {
        return `${table} of ${process} grew from ${medianFirst} to ${medianSecond}`;
      }),
    ],
  };
}

function memoryText(curves: readonly Curve[]): string {
  const rows = curves.map(({ name, warm, end, highest, slope }) => {
    const minutes = (end.atMs - warm.atMs) / 60_000;
    const figures = [warm.value, end.value, highest, slope.perHour, slope.errorPerHour].map(mib);
    return [name, minutes.toFixed(1), ...figures];
  });
  return plainTable(['process', 'minutes', 'MiB warm', 'at the end', 'highest', 'MiB/h', '±'], rows);
}

function curvesText(curves: readonly Curve[]): string {
  const parts = curves[0]?.means.length ?? 0;
  const headings = Array.from({ length: parts }, (_, part) => `${part + 1}/${parts}`);
  const rows = curves.map(({ name, means }) => [name, ...means.map(mib)]);
  return `Mean MiB in equal parts of that time:\n${plainTable(['process', ...headings], rows)}`;
}

function startedAnewText(series: readonly Series[]): string {
  const names = [...new Set(series.map(({ name }) => name))];
  const rows = names.flatMap((name) => {
    const own = series.filter((one) => one.name === name);
    if (own.length === 1) return [];
    const values = own.flatMap(({ points }) => points.map(({ value }) => value));
    return [[name, String(own.length), mib(Math.max(...values))]];
  });
  return `Started anew:\n${plainTable(['process', 'lives seen', 'highest MiB'], rows)}`;
}

function tablesText(tables: readonly TableSizes[]): string {
  const rows = tables
    .toSorted((one, other) => (`${one.table} ${one.process}` < `${other.table} ${other.process}` ? -1 : 1))
    .map(({ process, table, highest, medianFirst, medianSecond }) => {
      return [`${table} of ${process}`, String(medianFirst), String(medianSecond), String(highest)];
    });
  return `Entries in tables:\n${plainTable(['table', 'median, first half', 'second half', 'highest'], rows)}`;
}
