import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Where the built page is. A published program has it in a folder beside its own files. In a clone of the repository,
 * it is built when its sources are newer, so that nobody has to think of it.
 */

const here = import.meta.url;
const ownSources = ['src/page', 'src/shared', 'src/playground', 'src/observed'];
/** The packages that the playground consists of. */
const simulated = ['bus', 'compute', 'contracts', 'protocol', 'simulation', 'zmtp'];

/** @throws Error with the output of a build that failed */
export function pageFolder(): string {
  if (!here.endsWith('/src/page-folder.ts')) return fileURLToPath(new URL('page/', here));
  const root = fileURLToPath(new URL('../', here));
  const built = join(root, 'dist/page');
  const sources = [...ownSources, ...simulated.map((name) => `../${name}/src`)].map((folder) =>
    newestMs(join(root, folder)),
  );
  if (Math.max(...sources, statSync(join(root, 'vite.config.ts')).mtimeMs) > oldestMs(built)) build(root);
  return built;
}

function build(root: string): void {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the page of the console could not be built: ${stderr || stdout}`);
}

function newestMs(folder: string): number {
  return Math.max(...timesIn(folder));
}

/** 0 without files. */
function oldestMs(folder: string): number {
  try {
    return Math.min(...timesIn(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

function timesIn(folder: string): number[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
}
