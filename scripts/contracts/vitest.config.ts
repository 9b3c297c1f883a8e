import { testConfig } from '../../vitest.base.ts';

export default {
  ...testConfig({ include: ['**/*.test.ts'] }),
  // As Node does without bundlers' conditions: a dependency of the AsyncAPI parser cannot be loaded by `module`.
  ssr: { resolve: { conditions: ['@cateto/source', 'node'] } },
};
