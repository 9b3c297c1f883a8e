import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate } from '../../../scripts/contracts/new/generate.ts';
import { requestOf } from '../../../scripts/contracts/new/request.ts';
import type { Workspace } from './workspace.ts';
import { copyWorkspace } from './workspace.ts';

/*
 * Each mistake in an operation or a formula gives one error of the compiler, which names the file to edit. Each mistake
 * is made in a contract of its own, and all at once, so that the compiler runs once. The errors about topics are tested
 * in packages/contracts/src/compile-errors.test.ts.
 */

interface Mistake {
  readonly what: string;
  readonly kind: 'operation' | 'formula';
  /** The contract's name: one word, so that its files have the same name. */
  readonly name: string;
  /** The file with the error. */
  readonly file: 'contract' | 'code' | 'registry';
  readonly says: string;
  /** The edits of its contract or its code. Without any, its code is deleted. */
  readonly edits: readonly (readonly [file: 'contract' | 'code', from: string, to: string])[];
}

const mistakes: readonly Mistake[] = [
  {
    what: 'a handler that is deleted',
    kind: 'operation',
    name: 'unhandled',
    file: 'registry',
    says: "Cannot find module './operations/unhandled.ts'",
    edits: [],
  },
  {
    what: 'code of a formula that is deleted',
    kind: 'formula',
    name: 'uncoded',
    file: 'registry',
    says: "Cannot find module './formulas/uncoded.ts'",
    edits: [],
  },
  {
    what: 'a handler of another name',
    kind: 'operation',
    name: 'renamed',
    file: 'registry',
    says: `'"./operations/renamed.ts"' has no exported member named 'renamed'. Did you mean 'renamed2'?`,
    edits: [['code', 'const renamed', 'const renamed2']],
  },
  {
    what: 'an output of another type',
    kind: 'operation',
    name: 'output',
    file: 'code',
    says: "Type 'number' is not assignable to type 'number[] | Failure | Promise<number[] | Failure>'",
    edits: [
      ['contract', 'output: Finite,', 'output: Finite.array(),'],
      ['contract', 'output: 3 }', 'output: [3] }'],
    ],
  },
  {
    what: 'an input of another type',
    kind: 'operation',
    name: 'misfed',
    file: 'code',
    says: "Type 'number[]' is not assignable to type 'number | Failure | Promise<number | Failure>'",
    edits: [
      ['contract', 'input: Finite,', 'input: Finite.array(),'],
      ['contract', 'input: 3,', 'input: [3],'],
    ],
  },
  {
    what: 'an output of a formula of another type',
    kind: 'formula',
    name: 'answer',
    file: 'code',
    says: "is not assignable to type '",
    edits: [
      ['contract', 'output: Finite,', 'output: Finite.array(),'],
      ['contract', 'output: 5 }', 'output: [5] }'],
    ],
  },
  {
    what: 'an operation without its example',
    kind: 'operation',
    name: 'forgotten',
    file: 'contract',
    says: "Property 'example' is missing",
    edits: [['contract', '  example: { input: 3, output: 3 },\n', '']],
  },
  {
    what: 'a formula without its example',
    kind: 'formula',
    name: 'unshown',
    file: 'contract',
    says: "Property 'example' is missing",
    edits: [['contract', '  example: { operands: [1, 2], output: 5 },\n', '']],
  },
  {
    what: 'an example that does not fit',
    kind: 'formula',
    name: 'five',
    file: 'contract',
    says: "Type 'string' is not assignable to type 'number'",
    edits: [['contract', 'output: 5 }', "output: 'five' }"]],
  },
  {
    what: 'a contract without its description',
    kind: 'operation',
    name: 'undescribed',
    file: 'contract',
    says: "Property 'description' is missing",
    edits: [['contract', "  description: 'A number as it came; still to be written.',\n", '']],
  },
  {
    what: 'an operation called with something that is not its input',
    kind: 'formula',
    name: 'misasked',
    file: 'code',
    says: "Argument of type 'string' is not assignable to parameter of type 'number'",
    edits: [['code', 'call(square, operands[0])', "call(square, 'one')"]],
  },
];

function pathOf({ kind, name }: Mistake, file: Mistake['file']): string {
  if (file === 'registry') return 'packages/compute/src/registry.generated.ts';
  const folder = file === 'contract' ? 'packages/contracts/src/calculator' : 'packages/compute/src';
  return `${folder}/${kind}s/${name}.ts`;
}

let workspace: Workspace;
/** The first line of each error. */
let errors: readonly string[] = [];

beforeAll(async () => {
  workspace = copyWorkspace();
  for (const mistake of mistakes) {
    await generate(workspace.root, requestOf(mistake.kind, mistake), new Set(), () => []);
    if (mistake.edits.length === 0) rmSync(join(workspace.root, pathOf(mistake, 'code')));
    for (const [file, from, to] of mistake.edits) workspace.edit(pathOf(mistake, file), from, to);
  }
  const { said } = workspace.tool('tsc', ['-b', 'packages/compute', '--pretty', 'false']);
  errors = said.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
});

afterAll(() => workspace.remove());

test.each(mistakes.map((mistake) => [mistake.what, mistake] as const))('%s is one error', (_what, mistake) => {
  const path = pathOf(mistake, mistake.file);
  const found = errors.filter((line) => line.startsWith(`${path}(`) && line.includes(mistake.says));
  expect(found, errors.join('\n')).toHaveLength(1);
});

test('the compiler reports nothing else', () => {
  expect(errors).toHaveLength(mistakes.length);
});
