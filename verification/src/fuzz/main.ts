import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzzReportVariable, fuzzRunsVariable } from './fuzz-runs.ts';

/* `pnpm fuzz --runs N`: runs the fuzz tests with N cases in all, and reports the cases of each property. */

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000000' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 1) {
  process.stderr.write(`--runs is a whole number of cases, not ${values.runs}\n`);
  process.exit(2);
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const report = join(mkdtempSync(join(tmpdir(), 'cateto-fuzz-')), 'cases');
const startMs = performance.now();
const { status } = spawnSync(process.execPath, [vitest, 'run', '--reporter=verbose', '.fuzz.test.ts'], {
  cwd: root,
  env: { ...process.env, [fuzzRunsVariable]: String(runs), [fuzzReportVariable]: report },
  stdio: 'inherit',
});
const lines = status === 0 ? readFileSync(report, 'utf8').trimEnd().split('\n') : [];
const cases = lines.reduce((sum, line) => sum + Number.parseInt(line, 10), 0);
const seconds = Math.round((performance.now() - startMs) / 1_000);
process.stdout.write(`${lines.join('\n')}\n${cases} cases in ${seconds} s\n`);
process.exitCode = status === 0 && cases >= runs ? 0 : 1;
