import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

/* The compiler reads the types of the release of Zod that a program has, also for the declarations of this package. */

const program = `
import { z } from 'zod';
import type { InputOf } from '../../../src/index.ts';
import { defineCatalogue, Doubles, formula, operation } from '../../../src/index.ts';
import { asyncApiOf } from '../../../src/tools/index.ts';

const Order = z.object({ id: z.string(), amounts: z.array(z.number()), note: z.string().optional(), weights: Doubles({ max: 9 }).optional() });
const total = operation({
  name: 'total',
  description: '',
  input: Order,
  output: z.number(),
  example: { input: { id: 'a', amounts: [1] }, output: 1 },
  failures: { closed: z.object({ until: z.string() }) },
});
const twice = formula({
  name: 'twice',
  description: '',
  operands: [['order', Order]],
  output: z.number(),
  example: { operands: [{ id: 'a', amounts: [1] }], output: 2 },
});
export const order: InputOf<typeof total> = { id: 'a', amounts: [1] };
// @ts-expect-error -- weights are a Float64Array
export const list: InputOf<typeof total> = { id: 'a', amounts: [1], weights: [1] };
// @ts-expect-error -- an amount is a number
export const wrong: InputOf<typeof total> = { id: 'a', amounts: ['1'] };
export const document = asyncApiOf(defineCatalogue({ operations: { total }, formulas: { twice } }), {
  title: 'Own',
  version: '1.0.0',
});
`;

const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
const { resolve } = createRequire(import.meta.url);

test.each(['zod-4.0', 'zod-4.3', 'zod'])('a program and this package compile with the types of %s', (release) => {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'zod-types-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['ES2023', 'ES2024.String'],
    types: [],
    noEmit: true,
    skipLibCheck: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    paths: { zod: [join(resolve(`${release}/package.json`), '../index.d.ts')] },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  writeFileSync(join(folder, 'program.ts'), program);
  const compiler = join(resolve('typescript/package.json'), '../bin/tsc');
  const run = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(run.stdout + run.stderr).toBe('');
  expect(run.status).toBe(0);
});
