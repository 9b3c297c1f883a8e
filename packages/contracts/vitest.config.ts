import { testConfig } from '../../vitest.base.ts';

export default testConfig({
  // Some files load modules anew, with another Zod.
  isolate: true,
  // The compiler checks src/*.test-d.ts; an expected error that does not come fails the run.
  typecheck: { enabled: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.test.json' },
});
