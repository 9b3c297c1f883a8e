import { defineConfig } from 'vitest/config';

/* `pnpm test:quick`: the tests that start no process and explore no state space, of all packages in one run. */
export default defineConfig({ test: { projects: ['packages/*', 'apps/*', 'scripts/contracts'] } });
