import fc from 'fast-check';
import { appendFileSync } from 'node:fs';
import { test } from 'vitest';
import { fuzzReportVariable, fuzzRunsVariable } from './fuzz-runs.ts';

/*
 * How many cases a property gets. In the normal run a few each; with `pnpm fuzz --runs N` each takes its part of
 * N.
 */

/** Of all cases in the normal run; about six seconds. */
const casesUsually = 8_000;
/** The parts of all properties; `pnpm fuzz` fails when they do not come to so many. */
const partsInAll = 100;
const longMs = 3_600_000;

/**
 * One property, fuzzed. Fast-check prints the seed and path of a failure, and the smallest input it found.
 *
 * @param parts of a hundred: its part of all cases
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
