/** What a server serves, in short: `square.1 square.2 square.3 hypotenuse` is `square.1-3 hypotenuse`. */
export function servesText(serves: readonly string[]): string {
  const lanesOf = new Map<string, number[]>();
  for (const served of serves) {
    const [, name = served, lane] = /^(.+)\.([1-8])$/.exec(served) ?? [];
    const lanes = lanesOf.get(name) ?? [];
    lanesOf.set(name, lanes);
    if (lane !== undefined) lanes.push(Number(lane));
  }
  return [...lanesOf].map(([name, lanes]) => (lanes.length === 0 ? name : `${name}.${ranges(lanes)}`)).join(' ');
}

function ranges(numbers: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const number of numbers.toSorted((one, other) => one - other)) {
    const run = runs.at(-1);
    if (run !== undefined && number <= run.last + 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
