import type { Grant } from './access.ts';

/** Whether a changed grant permits less than before, so that connections which use it have to be cut. */
export function isNarrowed(before: Grant, after: Grant): boolean {
  return (
    before.roles.some((role) => !after.roles.includes(role)) ||
    isLess(before.operations, after.operations) ||
    isLess(before.lanes, after.lanes) ||
    isLess(before.formulas, after.formulas)
  );
}

/** @param after undefined permits all */
function isLess<T>(before: ReadonlySet<T> | undefined, after: ReadonlySet<T> | undefined): boolean {
  if (after === undefined) return false;
  return before === undefined || [...before].some((value) => !after.has(value));
}
