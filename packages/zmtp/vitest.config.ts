import { testConfig } from '../../vitest.base.ts';

// A file loads a module anew, without the Buffer of Node.
export default testConfig({ isolate: true });
