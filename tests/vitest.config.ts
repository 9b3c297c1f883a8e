import { testConfig } from '../vitest.base.ts';

/*
 * `pnpm test` runs the two projects side by side, each with one worker. Tests that start systems mostly wait for them. Two at a time
 * would slow brokers so much that they miss healthy servers.
 */

/** Compilers, installations and checks of files. A few of these files start a small system as well. */
const texts = ['src/{contributing,docs,published,repository}/**/*.test.ts'];

const { ssr, test } = testConfig();
const { reporters: _inFile, include, ...limits } = test ?? {};
const shared = { ...limits, globalSetup: 'src/support/global.ts', maxWorkers: 1 };

export default {
  test: {
    projects: [
      { ssr, test: { ...shared, name: 'systems', include, exclude: texts } },
      { ssr, test: { ...shared, name: 'texts', include: texts } },
    ],
  },
};
