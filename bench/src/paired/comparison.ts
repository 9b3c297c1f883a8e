import { medianRatio } from '../compared.ts';
import { median, sum } from '../measurement.ts';
import type { Slice } from './clone.ts';

/* What the slices of two systems that took turns say. */

const cpuOf = ({ cpuUs }: Slice): number => sum(Object.values(cpuUs));

export function lineOf(folder: string, slices: readonly Slice[]): string {
  const faults = slices.filter(({ failed, wrong }) => wrong > 0 || Object.keys(failed).length > 0).length;
  const rate = median(slices.map(({ perSecond }) => perSecond)).toFixed(0);
  return `${folder}: ${rate}/s, ${median(slices.map(cpuOf)).toFixed(2)} µs of processor time for each answer, ${faults} slices with failures`;
}

/** The medians of the ratios of neighbours in time. */
export function ratiosOf(before: readonly Slice[], after: readonly Slice[]): string {
  const ratio = (of: (slice: Slice) => number): string => medianRatio(after.map(of), before.map(of)).toFixed(2);
  const roles = Object.keys(before[0]?.cpuUs ?? {});
  const eachRole = roles.map((role) => `${role} ${ratio(({ cpuUs }) => cpuUs[role] ?? Number.NaN)}`);
  return `processor time after / before: ${ratio(cpuOf)} (${eachRole.join(', ')}); rate ${ratio(({ perSecond }) => perSecond)}`;
}
