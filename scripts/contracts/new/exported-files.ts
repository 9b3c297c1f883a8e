import { contractFiles } from 'contracts/files';
import { fileURLToPath } from 'node:url';
import { repositoryTarget } from '../repository.ts';

/*
 * Prints, as JSON, the files that `pnpm contracts:export` would write. For a process that has loaded the catalogue as
 * it was before.
 */

const root = fileURLToPath(new URL('../../../', import.meta.url));

process.stdout.write(JSON.stringify(contractFiles(repositoryTarget(root))));
