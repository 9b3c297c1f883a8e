import { runConsole } from './run-console.ts';

/* `pnpm console`: the console of a system of this workspace, or of any other. */

await runConsole();
