import { contractFiles } from '../contract-files.ts';
import { fileURLToPath } from 'node:url';

/*
 * Prints, as JSON, the files that `pnpm contracts:export` would write. For a process that has loaded the catalogue as
 * it was before.
 */

const root = fileURLToPath(new URL('../../../', import.meta.url));

process.stdout.write(JSON.stringify(contractFiles(root)));
