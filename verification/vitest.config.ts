import { testConfig } from '../vitest.base.ts';

export default testConfig({
  // Each file starts processes of its own, that miss each other after 200 ms: beside a file that keeps a core busy, on two cores, a
  // broker missed a healthy server for a moment, and its work was done by a fallback.
  maxWorkers: 1,
  // A test starts up to eight programs one after the other. At a load of 25 on two cores each took seven seconds to start, and the
  // restart of a cluster's process took 60 s in all.
  testTimeout: 180_000,
  hookTimeout: 180_000,
});
