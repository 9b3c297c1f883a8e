import { testConfig } from '../vitest.base.ts';

export default testConfig({
  // Real processes that start, fail over and drain; on a busy machine a start alone can take seconds.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Each file starts processes of its own: two at a time are as many as two cores bear.
  maxWorkers: 2,
});
