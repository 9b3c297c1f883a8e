import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/*
 * Adds up the reports of all test runs. A package with tests and without a report counts as a failure, and so does a
 * check that failed although every test passed: types, lint, format, boundaries.
 */

/** How many lines of a failed test's message are shown. */
const messageLines = 20;

const folders = ['packages', 'apps'].flatMap((group) => readdirSync(group).map((name) => `${group}/${name}`));
const sources = new Map([...folders, 'bench', 'tests', 'verification'].map((folder) => [folder, `${folder}/src`]));
sources.set('scripts/contracts', 'scripts/contracts');
const tested = [...sources].filter(
  ([, path]) =>
    existsSync(path) &&
    readdirSync(path, { recursive: true }).some((file) => /^(?!node_modules).*\.test\.ts$/.test(String(file))),
);

/** One for each script `test:*`, if there are any. */
function reportsOf(folder) {
  const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const names = Object.keys(scripts).flatMap((name) => (name.startsWith('test:') ? [name.slice('test:'.length)] : []));
  return names.length === 0 ? ['tests'] : names;
}

/** The tests of a report that failed, and files of which a hook failed or that could not be loaded, with what they said. */
function failuresOf({ testResults }) {
  return testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const file = relative('.', name);
      const tests = assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => ({ title: `${file}: ${fullName}`, said: failureMessages.join('\n') }));
      if (message === '' && tests.length > 0) return tests;
      return tests.concat({ title: file, said: message === '' ? 'a hook failed: its error is further up' : message });
    });
}

let passed = 0;
let failed = 0;
let skipped = 0;
const failures = [];
for (const [folder] of tested) {
  for (const name of reportsOf(folder)) {
    const path = `${folder}/.reports/${name}.json`;
    if (!existsSync(path)) {
      failures.push({ title: folder, said: `no report ${name}.json` });
      failed += 1;
      continue;
    }
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests;
    // A file that could not even be loaded has no tests to fail.
    if (!report.success && report.numFailedTests === 0) failed += 1;
    failures.push(...failuresOf(report));
    console.log(`${folder}, ${name}: ${report.numPassedTests} passed, ${report.numFailedTests} failed`);
  }
}

// Again at the end: a reader of the last lines learns which test failed, and why.
for (const { title, said } of failures) {
  console.log([`failed: ${title}`, ...said.split('\n').slice(0, messageLines)].join('\n  '));
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
