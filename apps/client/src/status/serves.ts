import { rangesText } from '@cateto/app-kit';

/** The routes of a server in short form: `square.1 square.2 square.3 hypotenuse` becomes `square.1-3 hypotenuse`. */
export function servesText(serves: readonly string[]): string {
  const lanesOf = new Map<string, number[]>();
  for (const served of serves) {
    const [, name = served, lane] = /^(.+)\.([1-8])$/.exec(served) ?? [];
    const lanes = lanesOf.get(name) ?? [];
    lanesOf.set(name, lanes);
    if (lane !== undefined) lanes.push(Number(lane));
  }
  return [...lanesOf].map(([name, lanes]) => (lanes.length === 0 ? name : `${name}.${rangesText(lanes)}`)).join(' ');
}
