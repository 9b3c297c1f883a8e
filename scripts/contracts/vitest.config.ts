import { testConfig } from '../../vitest.base.ts';

export default {
  ...testConfig({ include: ['**/*.test.ts'] }),
  // Resolve like Node, without the conditions of bundlers: a dependency of the AsyncAPI parser cannot be loaded by
  // `module`.
  ssr: { resolve: { conditions: ['@cateto/source', 'node'] } },
};
