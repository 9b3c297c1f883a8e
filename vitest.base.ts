import type { ViteUserConfig } from 'vitest/config';

/** Every package's tests: against the sources of the others, with a report that `.ci/run` adds up. */
export function testConfig(test: NonNullable<ViteUserConfig['test']> = {}): ViteUserConfig {
  return {
    ssr: { resolve: { conditions: ['@cateto/source', 'node', 'import', 'module', 'default'] } },
    test: {
      include: ['src/**/*.test.ts'],
      reporters: ['default', ['json', { outputFile: '.reports/tests.json' }]],
      ...test,
    },
  };
}
