import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How to start an app: the folder, and the arguments of node. */
export interface AppCommand {
  readonly cwd: string;
  readonly args: readonly string[];
}

export type CommandOf = (app: string) => AppCommand;

const apps = new URL('../../../apps/', import.meta.url);

/** How to start an app of this workspace, from source or built. */
export function appCommand(app: string, built: boolean): AppCommand {
  const cwd = fileURLToPath(new URL(`${app}/`, apps));
  if (!built) return { cwd, args: ['--conditions=@cateto/source', '--import', 'tsx', 'src/main.ts'] };
  if (!existsSync(new URL(`${app}/dist/main.js`, apps))) throw new Error(`${app} is not built: run \`pnpm build\``);
  return { cwd, args: ['dist/main.js'] };
}
