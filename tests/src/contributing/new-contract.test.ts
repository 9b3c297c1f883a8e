import type { AppProcess } from '@cateto/cluster';
import { freeBrokers, startProcess } from '@cateto/cluster';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Finished, Workspace } from './workspace.ts';
import { copyWorkspace, fromSource } from './workspace.ts';

/*
 * Follows docs/adding-an-operation.md step by step in a copy of the workspace: an operation, and a formula that uses
 * it.
 */

const guide = readFileSync(new URL('../../../docs/adding-an-operation.md', import.meta.url), 'utf8');
const [contract = '', handler = '', formulaCode = ''] = [...guide.matchAll(/^```ts\n(.*?)^```/gms)].map(
  ([, code]) => code,
);

const generator = 'scripts/contracts/new/main.ts';
const done = { code: 0, said: expect.any(String) as string };

let workspace: Workspace;

beforeAll(() => {
  workspace = copyWorkspace();
  const description = 'The third power of a number; out of domain when it overflows.';
  const commands = [
    ['operation', 'cube', '--description', description],
    ['formula', 'sumOfCubes', '--operands', 'a,b', '--description', 'The sum of two cubes.'],
  ];
  for (const [kind = '', ...args] of commands) {
    const finished = workspace.program(generator, [kind, ...args]);
    expect(finished).toEqual(done);
    expect(guide).toContain(finished.said.trim());
  }
  expect(workspace.program(generator, ['formula', 'manySquares', '--steps'])).toEqual(done);
});

afterAll(() => workspace.remove());

/** Runs types, lint, format, registries, exported contracts, and the tests of the new files. */
function check(): Record<string, Finished> {
  return {
    types: workspace.tool('tsc', ['-b', 'packages/compute']),
    lint: workspace.tool('oxlint', ['--type-aware', 'packages/contracts/src/calculator', 'packages/compute/src']),
    format: workspace.tool('oxfmt', ['--check', 'packages/contracts/src/calculator', 'packages/compute/src']),
    registry: workspace.program('scripts/contracts/registry.ts', ['--check']),
    contracts: workspace.program('scripts/contracts/check.ts', []),
    tests: workspace.tool('vitest', ['run', 'examples', 'cube', 'sum-of-cubes', 'many-squares'], 'packages/compute'),
  };
}

const green = { types: done, lint: done, format: done, registry: done, contracts: done, tests: done };
const client = (...args: readonly string[]): Finished => workspace.program('apps/client/src/main.ts', args);

test('a new contract passes all checks as generated, and is listed', () => {
  const checked = check();
  expect(checked).toEqual(green);
  expect(checked['tests']?.said).toMatch(/Test Files .*4 passed/);
  expect(client('operations').said).toContain(
    'cube: number → number\n  The third power of a number; out of domain when it overflows.\n  3 → 3\n',
  );
  expect(client('formulas').said).toContain('sumOfCubes(a: number, b: number) → number\n');
});

test('a new contract with its code filled in passes all checks, op-servers serve it and a client gets answers', async () => {
  const path = 'packages/contracts/src/calculator/operations/cube.ts';
  workspace.write(path, workspace.read(path).replace(/export const .*/s, contract));
  workspace.write('packages/compute/src/operations/cube.ts', handler);
  workspace.edit(
    'packages/contracts/src/calculator/formulas/sum-of-cubes.ts',
    '{ operands: [1, 2], output: 5 }',
    '{ operands: [1, 2], output: 9 }',
  );
  workspace.write('packages/compute/src/formulas/sum-of-cubes.ts', formulaCode);
  expect(workspace.program('scripts/contracts/export.ts', []).code).toBe(0);
  expect(check()).toEqual(green);
  // Also the tests of all other packages, which know every contract.
  expect(workspace.tool('tsc', ['-p', '.'])).toEqual(done);

  expect(client('operations').said).toContain(textAfter('$ pnpm calc operations'));
  const system = await startSystem();
  const answer = client('sumOfCubes', '2', '3', '--json', '--brokers', system.brokers);
  expect(answer.code, answer.said).toBe(0);
  expect(JSON.parse(answer.said)).toMatchObject({ formula: 'sumOfCubes', value: 35, fallbacks: [] });
  const refused = client('sumOfCubes', '1e200', '3', '--brokers', system.brokers);
  expect(refused).toEqual({ code: 5, said: textAfter('$ pnpm calc sumOfCubes 1e200 3') });
});

/** The output of a command in the guide. */
function textAfter(command: string): string {
  const text = guide.split(`${command}\n`)[1]?.split('```')[0];
  if (text === undefined) throw new Error(`the guide has no ${command}`);
  return text;
}

/** A broker, an op-server and a calc-server of the copy. The calc-server knows the server of the new operation. */
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
