import type { ViteUserConfig } from 'vitest/config';

/** Every package's tests: against the sources of the others, with a report that `.ci/run` adds up. */
export function testConfig(test: NonNullable<ViteUserConfig['test']> = {}): ViteUserConfig {
  return {
    ssr: { resolve: { conditions: ['@cateto/source', 'node', 'import', 'module', 'default'] } },
    test: {
      include: ['src/**/*.test.ts'],
      // No test is about time: on a busy machine a process that takes half a second to start takes ten.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      reporters: ['default', ['json', { outputFile: '.reports/tests.json' }]],
      ...test,
    },
  };
}
