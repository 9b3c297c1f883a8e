import fc from 'fast-check';
import { appendFileSync } from 'node:fs';
import { test } from 'vitest';
import { fuzzReportVariable, fuzzRunsVariable } from './fuzz-runs.ts';

/* The number of cases of a property: a few in the normal run; its share of N with `pnpm fuzz --runs N`. */

/** Cases of all properties in the normal run. They take about six seconds. */
const casesUsually = 8_000;
/** The shares of all properties. `pnpm fuzz` fails when they do not add up to this. */
const partsInAll = 100;
const longMs = 3_600_000;

/**
 * Fuzzes one property. On a failure fast-check prints the seed, the path, and the smallest input that it found.
 *
 * @param parts its share of all cases, in hundredths
 */
export function fuzz<Ts extends [unknown, ...unknown[]]>(
  behaviour: string,
  parts: number,
  property: fc.IProperty<Ts> | fc.IAsyncProperty<Ts>,
): void {
  const given = Number(process.env[fuzzRunsVariable] ?? casesUsually);
  const numRuns = Math.ceil((given * parts) / partsInAll);
  test(
    behaviour,
    async () => {
      await fc.assert(property, { numRuns });
      const report = process.env[fuzzReportVariable];
      if (report !== undefined) appendFileSync(report, `${numRuns} ${behaviour}\n`);
    },
    longMs,
  );
}
