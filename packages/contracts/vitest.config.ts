import { testConfig } from '../../vitest.base.ts';

export default {
  ...testConfig({
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
    // The compiler checks src/*.test-d.ts; an expected error that does not come fails the run.
    typecheck: { enabled: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.test.json' },
  }),
  // As Node does without bundlers' conditions: a dependency of the AsyncAPI parser cannot be loaded by `module`. This
  // package imports none of the others, so it needs no condition for sources.
  ssr: { resolve: { conditions: ['node'] } },
};
