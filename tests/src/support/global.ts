import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import build from '../../../vitest.build.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for the packed packages: the first test that needs them packs them (published/packed.ts). */
    packed: string;
  }
}

/* Once before the tests. */
export default function setUp({ provide }: TestProject): () => void {
  build();
  const packed = mkdtempSync(join(tmpdir(), 'cateto-packed-'));
  provide('packed', packed);
  return () => rmSync(packed, { recursive: true });
}
