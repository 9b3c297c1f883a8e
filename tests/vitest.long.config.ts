import { testConfig } from '../vitest.base.ts';

/** The tests that take too long for CI; `.ci/long` runs them. */
export default testConfig({
  include: ['src/**/*.long.ts'],
  maxWorkers: 1,
  testTimeout: 600_000,
  hookTimeout: 180_000,
  reporters: ['default'],
});
