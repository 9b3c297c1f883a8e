import { existsSync, readdirSync, readFileSync } from 'node:fs';

/*
 * Adds up the reports of all test runs. A package with tests and without a report counts as a failure, and so does a
 * check that failed although every test passed: types, lint, format, boundaries.
 */

const folders = ['packages', 'apps'].flatMap((group) => readdirSync(group).map((name) => `${group}/${name}`));
const sources = new Map([...folders, 'bench', 'tests', 'verification'].map((folder) => [folder, `${folder}/src`]));
sources.set('scripts/contracts', 'scripts/contracts');
const tested = [...sources].filter(
  ([, path]) =>
    existsSync(path) &&
    readdirSync(path, { recursive: true }).some((file) => /^(?!node_modules).*\.test\.ts$/.test(String(file))),
);

let passed = 0;
let failed = 0;
let skipped = 0;
for (const [folder] of tested) {
  const reports = existsSync(`${folder}/.reports`)
    ? readdirSync(`${folder}/.reports`).filter((file) => file.endsWith('.json'))
    : [];
  if (reports.length === 0) {
    console.log(`${folder}: no report`);
    failed += 1;
  }
  for (const file of reports) {
    const report = JSON.parse(readFileSync(`${folder}/.reports/${file}`, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests;
    // A file that could not even be loaded has no tests to fail.
    if (!report.success && report.numFailedTests === 0) failed += 1;
    console.log(`${folder}, ${file}: ${report.numPassedTests} passed, ${report.numFailedTests} failed`);
  }
}

const checkFailed = process.argv[2] !== '0';
if (checkFailed && failed === 0) {
  console.log('a check other than the tests failed');
  failed += 1;
}
// Not on the last line, which has a fixed form.
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
