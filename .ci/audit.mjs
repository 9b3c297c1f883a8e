import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/*
 * Fails when a package that is published here needs a dependency with a known vulnerability, `high` or `critical`. Some
 * registries do not answer this question, for example mirrors inside of a company. Then the audit is skipped, and says so.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const answerMaxMs = 60_000;

const { status, error, stdout, stderr } = spawnSync(
  `${root}/node_modules/.bin/pnpm`,
  ['audit', '--prod', '--audit-level', 'high', '--json'],
  { cwd: root, encoding: 'utf8', timeout: answerMaxMs },
);

/** @returns why the registry did not answer; undefined when it did */
function silence() {
  if (error !== undefined) return error.message;
  try {
    if (typeof JSON.parse(stdout).advisories === 'object') return undefined;
  } catch {
    // pnpm gives the reason on stderr.
  }
  return stderr || 'pnpm audit says nothing';
}

const why = silence();
if (why !== undefined) {
  console.log(
    `audit: skipped, because the registry does not answer: ${why.replaceAll(/[\s│×]+/g, ' ').replace(/:? ?$/, '')}`,
  );
} else if (status === 0) {
  console.log('audit: no known vulnerability, high or critical, in what is published');
} else {
  console.log(stdout);
  console.log(
    'audit: dependencies of published packages have known vulnerabilities, listed above; move to other releases',
  );
  process.exit(1);
}
