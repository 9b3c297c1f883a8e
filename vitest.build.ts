import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Brings the built programs up to date, once before the tests of a package. A built program starts in a seventh of the
 * processor time that its sources take, and these tests start hundreds of them.
 */
export default function build(): void {
  const root = fileURLToPath(new URL('.', import.meta.url));
  const args = ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'];
  execFileSync('node_modules/.bin/pnpm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}
