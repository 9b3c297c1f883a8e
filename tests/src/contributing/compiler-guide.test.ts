import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate } from '../../../packages/contracts/scripts/new/generate.ts';
import { requestOf } from '../../../packages/contracts/scripts/new/request.ts';
import type { Workspace } from './workspace.ts';
import { copyWorkspace } from './workspace.ts';

/*
 * A mistake in an operation or a formula is one error of the compiler, and it names the file to edit. What the compiler
 * says about topics is in packages/contracts/src/compile-errors.test.ts.
 */

const operation = {
  contract: 'packages/contracts/src/calculator/operations/cube.ts',
  code: 'packages/compute/src/operations/cube.ts',
};
const formula = {
  contract: 'packages/contracts/src/calculator/formulas/mean.ts',
  code: 'packages/compute/src/formulas/mean.ts',
};
const registry = 'packages/compute/src/registry.generated.ts';

let workspace: Workspace;

beforeAll(async () => {
  workspace = copyWorkspace();
  for (const [kind, name] of [['operation', 'cube'] as const, ['formula', 'mean'] as const]) {
    await generate(workspace.root, requestOf(kind, { name }), new Set());
  }
  expect(errors()).toEqual([]);
});

afterAll(() => workspace.remove());

/** What `pnpm types` says of both packages: the first line of each error. */
function errors(): string[] {
  const { code, said } = workspace.tool('tsc', ['-b', 'packages/compute', '--pretty', 'false']);
  const found = said.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
  expect(code === 0, said).toBe(found.length === 0);
  return found;
}

type Edit = readonly [path: string, from: string, to: string];

/** The errors of some edits, which are taken back. */
function errorsOf(...edits: readonly Edit[]): string[] {
  const before = edits.map(([path]) => [path, workspace.read(path)] as const);
  for (const edit of edits) workspace.edit(...edit);
  const found = errors();
  for (const [path, text] of before.toReversed()) workspace.write(path, text);
  return found;
}

test.each([
  ['handler', operation.code, './operations/cube.ts'],
  ['formula’s code', formula.code, './formulas/mean.ts'],
])('a %s that is deleted: the error has the path of the file that is missing', (_what, path, missing) => {
  const text = workspace.read(path);
  rmSync(join(workspace.root, path));
  const found = errors();
  workspace.write(path, text);
  expect(found).toEqual([expect.stringMatching(new RegExp(`^${registry}\\(.*Cannot find module '${missing}'`))]);
});

const cases: readonly (readonly [what: string, file: string, says: string, ...edits: readonly Edit[]])[] = [
  [
    'a handler of another name',
    registry,
    `'"./operations/cube.ts"' has no exported member named 'cube'. Did you mean 'cubed'?`,
    [operation.code, 'const cube', 'const cubed'],
  ],
  [
    'an operation’s output of another type',
    operation.code,
    "Type 'number' is not assignable to type 'number[] | Failure | Promise<number[] | Failure>'",
    [operation.contract, 'output: Finite,', 'output: Finite.array(),'],
    [operation.contract, 'output: 3 }', 'output: [3] }'],
  ],
  [
    'an operation’s input of another type',
    operation.code,
    "Type 'number[]' is not assignable to type 'number | Failure | Promise<number | Failure>'",
    [operation.contract, 'input: Finite,', 'input: Finite.array(),'],
    [operation.contract, 'input: 3,', 'input: [3],'],
  ],
  [
    'a formula’s output of another type',
    formula.code,
    "is not assignable to type '",
    [formula.contract, 'output: Finite,', 'output: Finite.array(),'],
    [formula.contract, 'output: 5 }', 'output: [5] }'],
  ],
  [
    'an operation without its example',
    operation.contract,
    "Property 'example' is missing",
    [operation.contract, '  example: { input: 3, output: 3 },\n', ''],
  ],
  [
    'a formula without its example',
    formula.contract,
    "Property 'example' is missing",
    [formula.contract, '  example: { operands: [1, 2], output: 5 },\n', ''],
  ],
  [
    'an example that is none',
    formula.contract,
    "Type 'string' is not assignable to type 'number'",
    [formula.contract, 'output: 5 }', "output: 'five' }"],
  ],
  [
    'a contract without its description',
    operation.contract,
    "Property 'description' is missing",
    [operation.contract, "  description: 'A number as it came; still to be written.',\n", ''],
  ],
  [
    'an operation asked for something that is not its input',
    formula.code,
    "Argument of type 'string' is not assignable to parameter of type 'number'",
    [formula.code, 'call(square, operands[0])', "call(square, 'one')"],
  ],
];

test.each(cases)('%s is one error, in the file to edit: %s', (_what, file, says, ...edits) => {
  const found = errorsOf(...edits);
  expect(found).toHaveLength(1);
  expect(found[0]?.startsWith(`${file}(`), found[0]).toBe(true);
  expect(found[0]).toContain(says);
});
