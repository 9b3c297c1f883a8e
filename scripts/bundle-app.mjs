import { existsSync } from 'node:fs';
import { bundle } from './bundle.mjs';

/* `pnpm build` of an app, in its folder: bundles its main, and its worker if it has one, or the given files. */

const given = process.argv.slice(2);
const entries = given.length > 0 ? given : ['src/main.ts', 'src/worker.ts'].filter((file) => existsSync(file));

await bundle(entries, { sourcemap: true });
