import { testConfig } from '../vitest.base.ts';

export default testConfig({
  globalSetup: 'src/support/global.ts',
  // Each file starts processes of its own, that miss each other after 200 ms: beside a file that keeps a core busy, on two cores, a
  // broker missed a healthy server for a moment, and its work was done by a fallback.
  maxWorkers: 1,
});
