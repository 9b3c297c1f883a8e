import { contractFiles } from '../contract-files.ts';
import { fileURLToPath } from 'node:url';

/* Prints what `pnpm contracts:export` would write, as JSON: for who has loaded the catalogue as it was before. */

const root = fileURLToPath(new URL('../../../../', import.meta.url));

process.stdout.write(JSON.stringify(contractFiles(root)));
