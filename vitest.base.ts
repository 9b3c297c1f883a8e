import type { ViteUserConfig } from 'vitest/config';

/** Every package's tests: against the sources of the others, with a report that `.ci/run` adds up. */
export function testConfig(test: NonNullable<ViteUserConfig['test']> = {}): ViteUserConfig {
  return {
    ssr: { resolve: { conditions: ['@cateto/source', 'node', 'import', 'default'] } },
    test: {
      include: ['src/**/*.test.ts'],
      // The files of a package share their modules, unless some replace modules. Loading them for each file took as long
      // as all tests of the SDK.
      isolate: false,
      // No test is about time. On two cores at a load of 25, a program took seven seconds to start, and a test may start
      // eight of them one after the other.
      testTimeout: 180_000,
      hookTimeout: 180_000,
      reporters: ['default', ['json', { outputFile: '.reports/tests.json' }]],
      ...test,
    },
  };
}
