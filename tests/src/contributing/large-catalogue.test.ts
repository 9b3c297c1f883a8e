import { calculator } from '@cateto/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enlarge } from './large-catalogue.ts';
import type { Workspace } from './workspace.ts';
import { copyWorkspace } from './workspace.ts';

let workspace: Workspace;

beforeAll(async () => {
  workspace = copyWorkspace();
  await enlarge(workspace, 200);
});

afterAll(() => workspace.remove());

test('200 more operations and 200 more formulas are type-checked, also in packages that use all of them', () => {
  const everything = ['packages/compute', 'packages/sdk', 'apps/op-server', 'apps/calc-server', 'apps/client'];
  expect(workspace.tool('tsc', ['-b', ...everything])).toEqual({ code: 0, said: '' });
  const { said } = workspace.program('apps/client/src/main.ts', ['formulas']);
  expect(said.match(/^\w+\(/gm)).toHaveLength(200 + Object.keys(calculator.formulas).length);
});

test('one mistake among 400 contracts is one error', () => {
  workspace.edit('packages/compute/src/operations/operation150.ts', '(input) => input', '() => "none"');
  const { said } = workspace.tool('tsc', ['-b', 'packages/compute', '--pretty', 'false']);
  expect(said.match(/error TS/g)).toHaveLength(1);
  expect(said).toContain('packages/compute/src/operations/operation150.ts(');
});
