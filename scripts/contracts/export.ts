import { argumentsOf, createCommand, exitCodeOf } from '@cateto/app-kit';
import { addExport } from 'contracts/files';
import { fileURLToPath } from 'node:url';
import { repositoryWork } from './repository.ts';

/*
 * `pnpm contracts:export`: the export of `cateto contracts export`, for this repository. `--release` belongs to the version step
 * of a release. Exit codes: 0 done, 2 wrong usage.
 */

const root = fileURLToPath(new URL('../../', import.meta.url));
const command = addExport(createCommand('pnpm contracts:export', ''), () => repositoryWork(root));

try {
  await command.parseAsync(argumentsOf(process.argv), { from: 'user' });
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => console.error(`pnpm contracts:export: ${line}`));
}
