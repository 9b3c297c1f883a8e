import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const apps = new URL('../../../apps/', import.meta.url);

/** How an app is started: from source, or built. */
export function appCommand(app: string, built: boolean): { readonly cwd: string; readonly args: readonly string[] } {
  const cwd = fileURLToPath(new URL(`${app}/`, apps));
  if (!built) return { cwd, args: ['--conditions=@cateto/source', '--import', 'tsx', 'src/main.ts'] };
  if (!existsSync(new URL(`${app}/dist/main.js`, apps))) throw new Error(`${app} is not built: run \`pnpm build\``);
  return { cwd, args: ['dist/main.js'] };
}
