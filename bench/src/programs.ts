import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The bench's own programs, built like the apps. From source a process takes longer to start, and 64 of them take much
 * longer.
 *
 * @throws Error unless `pnpm build` was run
 */
export function builtProgram(
  name:
    | 'client-program'
    | 'slow-server'
    | 'crowd'
    | 'map-module'
    | 'work/client-program'
    | 'large/client-program'
    | 'large/module',
): string {
  const file = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
  if (!existsSync(file)) throw new Error(`${name} is not built: run \`pnpm build\``);
  return file;
}

export const benchFolder: string = dirname(dirname(fileURLToPath(import.meta.url)));
