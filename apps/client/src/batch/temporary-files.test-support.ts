import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

export interface TemporaryFiles {
  /** A path of its own, with a file if a text is given. */
  file(text?: string | Uint8Array): Promise<string>;
  folder(): string;
  /** The files whose names begin with the file's name. */
  beside(file: string): Promise<string[]>;
}

/** Files of a test, which are removed after the last test. */
export function temporaryFiles(): TemporaryFiles {
  let folder = '';
  let files = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calc-batch-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));
  return {
    folder: () => folder,
    async file(text) {
      files += 1;
      const path = join(folder, `${files}.csv`);
      if (text !== undefined) await writeFile(path, text);
      return path;
    },
    beside: async (file) => (await readdir(folder)).filter((name) => name.startsWith(`${basename(file)}.`)),
  };
}

/** Undefined when there is no such file. */
export async function textOf(path: string): Promise<string | undefined> {
  return existsSync(path) ? readFile(path, 'utf8') : undefined;
}
