import { argumentsOf, createCommand, exitCodeOf } from '@cateto/app-kit';
import { addCheck } from 'contracts/files';
import { fileURLToPath } from 'node:url';
import { repositoryWork } from './repository.ts';

/*
 * `pnpm contracts:check`: the check of `cateto contracts check`, for this repository. Exit codes: 0 in order, 1 out of date or
 * breaking, 2 wrong usage.
 */

const root = fileURLToPath(new URL('../../', import.meta.url));
const command = addCheck(createCommand('pnpm contracts:check', ''), () => repositoryWork(root));

try {
  await command.parseAsync(argumentsOf(process.argv), { from: 'user' });
} catch (error) {
  process.exitCode = exitCodeOf(error, (line) => console.error(`pnpm contracts:check: ${line}`));
}
