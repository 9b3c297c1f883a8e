import { testConfig } from '../../vitest.base.ts';

export default testConfig({
  // The compiler checks src/*.test-d.ts.
  typecheck: { enabled: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.test.json' },
});
