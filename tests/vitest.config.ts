import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@cateto/source', 'node', 'import', 'module', 'default'] } },
  test: { include: ['src/**/*.test.ts'] },
});
