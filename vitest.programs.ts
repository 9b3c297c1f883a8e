import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { bundleForTest } from './scripts/bundle.mjs';

/**
 * The path of a bundle of a module, for processes of this test file. It starts in a sixth of the time that the sources
 * need with tsx. Its folder is beside `src` and `dist`, so that it finds the manifest and the dependencies of its
 * package.
 */
export function bundled(source: URL): string {
  const path = fileURLToPath(source);
  const folder = mkdtempSync(join(packageOf(path), '.bundle-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  bundleForTest(path, folder);
  return join(folder, 'index.js');
}

function packageOf(path: string): string {
  const folder = dirname(path);
  return existsSync(join(folder, 'package.json')) ? folder : packageOf(folder);
}
