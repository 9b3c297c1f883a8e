import { testConfig } from '../vitest.base.ts';

export default testConfig({
  // Each file starts processes of its own: two at a time are as many as two cores bear.
  maxWorkers: 2,
});
