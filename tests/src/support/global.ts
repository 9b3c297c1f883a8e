import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for the packed packages: the first test that needs them packs them (published/packed.ts). */
    packed: string;
  }
}

/*
 * Once before the tests: brings the built programs up to date. A built program starts in a seventh of the processor time
 * that its sources take, and these tests start hundreds of them.
 */
export default function setUp({ provide }: TestProject): () => void {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const args = ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'];
  execFileSync('node_modules/.bin/pnpm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const packed = mkdtempSync(join(tmpdir(), 'cateto-packed-'));
  provide('packed', packed);
  return () => rmSync(packed, { recursive: true });
}
