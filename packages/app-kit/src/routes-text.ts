import { rangesText } from './ranges-text.ts';

/* A server of a large catalogue serves thousands of routes. In a log for people they become one line. */

/** The number of operations that are listed by name. Beyond it, operations are only counted. */
const namesMax = 8;

/**
 * The routes of a server in short form: `calc.square.request.1`, `….2` and so on become `square 1-8`. The operands of
 * formulas, `calc.request.1` and so on, become `operands 1-8`. Names keep their order.
 */
export function routesText(routes: readonly unknown[]): string {
  const lanesOf = new Map<string, number[]>();
  for (const route of routes) {
    const [, of, lane] = /^calc\.(?:(.+)\.)?request\.([1-8])$/.exec(String(route)) ?? [];
    const name = of ?? (lane === undefined ? String(route) : 'operands');
    const lanes = lanesOf.get(name) ?? [];
    lanesOf.set(name, lanes);
    if (lane !== undefined) lanes.push(Number(lane));
  }
  const parts = [...lanesOf].map(([name, lanes]) => (lanes.length === 0 ? name : `${name} ${rangesText(lanes)}`));
  const more = parts.length - namesMax;
  return (more > 0 ? [...parts.slice(0, namesMax), `${more} more`] : parts).join(', ');
}
