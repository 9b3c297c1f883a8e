import type { AppProcess } from '@cateto/cluster';
import { freeBrokers, startProcess } from '@cateto/cluster';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Finished, Workspace } from './workspace.ts';
import { copyWorkspace, fromSource } from './workspace.ts';

/* What docs/adding-an-operation.md promises, in a copy of the workspace: an operation and a formula that asks it. */

const generator = 'packages/contracts/scripts/new/main.ts';
const done = { code: 0, said: expect.any(String) as string };

let workspace: Workspace;

beforeAll(() => {
  workspace = copyWorkspace();
  const cube = workspace.program(generator, ['operation', 'cube', '--description', 'The third power of a number.']);
  const formula = workspace.program(generator, ['formula', 'sumOfCubes']);
  expect([cube, formula]).toEqual([done, done]);
});

afterAll(() => workspace.remove());

/** Types, lint, format, registries, and the tests of what is new. */
function check(): Record<string, Finished> {
  return {
    types: workspace.tool('tsc', ['-b', 'packages/compute']),
    testTypes: workspace.tool('tsc', ['-p', 'tsconfig.test.json'], 'packages/compute'),
    lint: workspace.tool('oxlint', ['--type-aware', 'packages/contracts/src/calculator', 'packages/compute/src']),
    format: workspace.tool('oxfmt', ['--check', 'packages/contracts/src/calculator', 'packages/compute/src']),
    registry: workspace.program('packages/contracts/scripts/registry.ts', ['--check']),
    tests: workspace.tool('vitest', ['run', 'examples', 'cube', 'sum-of-cubes'], 'packages/compute'),
  };
}

const green = { types: done, testTypes: done, lint: done, format: done, registry: done, tests: done };
const client = (...args: readonly string[]): Finished => workspace.program('apps/client/src/main.ts', args);

test('right after it was written everything is green, and it is listed', () => {
  const checked = check();
  expect(checked).toEqual(green);
  expect(checked['tests']?.said).toMatch(/Test Files .*3 passed/);
  expect(client('operations').said).toContain('cube: number → number\n  The third power of a number.\n  3 → 3\n');
  expect(client('formulas').said).toContain('sumOfCubes(a: number, b: number) → number\n');
});

test('filled in, two files for each, it is green, op-servers serve it and a client is answered', async () => {
  workspace.edit('packages/contracts/src/calculator/operations/cube.ts', 'output: 3 }', 'output: 27 }');
  workspace.edit('packages/compute/src/operations/cube.ts', '(input) => input', '(x) => x ** 3');
  workspace.edit('packages/contracts/src/calculator/formulas/sum-of-cubes.ts', 'output: 5 }', 'output: 9 }');
  const code = 'packages/compute/src/formulas/sum-of-cubes.ts';
  workspace.write(
    code,
    workspace.read(code).replaceAll('square', 'cube').replace('call, formulaCode, cube', 'call, cube, formulaCode'),
  );
  expect(check()).toEqual(green);

  const system = await startSystem();
  const answer = client('sumOfCubes', '2', '3', '--json', '--brokers', system.brokers);
  expect(answer.code, answer.said).toBe(0);
  expect(JSON.parse(answer.said)).toMatchObject({ formula: 'sumOfCubes', value: 35, fallbacks: [] });
});

/** A broker, an op-server and a calc-server of the copy; the calc-server knows who serves the new operation. */
async function startSystem(): Promise<{ readonly brokers: string }> {
  const brokers = await freeBrokers();
  const start = (app: string): AppProcess => {
    const cwd = join(workspace.root, 'apps', app);
    const started = startProcess({
      name: app,
      cwd,
      args: [...fromSource, 'src/main.ts', '--brokers', brokers, '--log', 'json', '--log-level', 'info'],
    });
    onTestFinished(async () => {
      started.kill('SIGTERM');
      await started.ended;
    });
    return started;
  };
  start('broker');
  start('op-server');
  const calcServer = start('calc-server');
  const known = ['calc.cube.request.1', 'calc.cube.request.2'].map((route) =>
    calcServer.waitFor('listener-up', ({ routes }) => Array.isArray(routes) && routes.includes(route)),
  );
  await Promise.all(known);
  return { brokers };
}
