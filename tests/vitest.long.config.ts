import { testConfig } from '../vitest.base.ts';

/** The tests that take too long for CI; `.ci/long` runs them. */
export default testConfig({
  globalSetup: 'src/support/global.ts',
  include: ['src/**/*.long.ts'],
  maxWorkers: 1,
  testTimeout: 600_000,
  reporters: ['default'],
});
