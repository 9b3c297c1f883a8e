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

interface Mistake {
  readonly what: string;
  /** The file that the error is in. */
  readonly file: string;
  readonly says: string;
  readonly edits: readonly Edit[];
}

const mistakes: readonly Mistake[] = [
  {
    what: 'a handler of another name',
    file: registry,
    says: `'"./operations/cube.ts"' has no exported member named 'cube'. Did you mean 'cubed'?`,
    edits: [[operation.code, 'const cube', 'const cubed']],
  },
  {
    what: 'an operation’s output of another type',
    file: operation.code,
    says: "Type 'number' is not assignable to type 'number[] | Failure | Promise<number[] | Failure>'",
    edits: [
      [operation.contract, 'output: Finite,', 'output: Finite.array(),'],
      [operation.contract, 'output: 3 }', 'output: [3] }'],
    ],
  },
  {
    what: 'an operation’s input of another type',
    file: operation.code,
    says: "Type 'number[]' is not assignable to type 'number | Failure | Promise<number | Failure>'",
    edits: [
      [operation.contract, 'input: Finite,', 'input: Finite.array(),'],
      [operation.contract, 'input: 3,', 'input: [3],'],
    ],
  },
  {
    what: 'a formula’s output of another type',
    file: formula.code,
    says: "is not assignable to type '",
    edits: [
      [formula.contract, 'output: Finite,', 'output: Finite.array(),'],
      [formula.contract, 'output: 5 }', 'output: [5] }'],
    ],
  },
  {
    what: 'an operation without its example',
    file: operation.contract,
    says: "Property 'example' is missing",
    edits: [[operation.contract, '  example: { input: 3, output: 3 },\n', '']],
  },
  {
    what: 'a formula without its example',
    file: formula.contract,
    says: "Property 'example' is missing",
    edits: [[formula.contract, '  example: { operands: [1, 2], output: 5 },\n', '']],
  },
  {
    what: 'an example that is none',
    file: formula.contract,
    says: "Type 'string' is not assignable to type 'number'",
    edits: [[formula.contract, 'output: 5 }', "output: 'five' }"]],
  },
  {
    what: 'a contract without its description',
    file: operation.contract,
    says: "Property 'description' is missing",
    edits: [[operation.contract, "  description: 'A number as it came; still to be written.',\n", '']],
  },
  {
    what: 'an operation asked for something that is not its input',
    file: formula.code,
    says: "Argument of type 'string' is not assignable to parameter of type 'number'",
    edits: [[formula.code, 'call(square, operands[0])', "call(square, 'one')"]],
  },
];

test.each(mistakes)('$what is one error, in $file', ({ file, says, edits }) => {
  const found = errorsOf(...edits);
  expect(found).toHaveLength(1);
  expect(found[0]?.startsWith(`${file}(`), found[0]).toBe(true);
  expect(found[0]).toContain(says);
});
