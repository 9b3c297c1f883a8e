import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const tests = fileURLToPath(new URL('../../', import.meta.url));

/** The compiler's messages about a program that uses the packages as a user would; empty when it compiles. */
export function compile(code: string): string {
  return compileAll({ 'program.ts': code });
}

/** The same for several files, by name, in one run. */
export function compileAll(files: Readonly<Record<string, string>>): string {
  const cache = join(tests, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'compile-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const options = { types: ['node'], incremental: false, tsBuildInfoFile: null };
  const config = { extends: join(tests, '../tsconfig.json'), include: ['*.ts'], compilerOptions: options };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  if (status !== 0 && stdout === '') throw new Error(`the compiler ended with ${status}: ${stderr}`);
  return stdout;
}
