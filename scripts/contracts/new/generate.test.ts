import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as contracts from '@cateto/contracts';
import { staleRegistries, writeRegistries } from '../registries.ts';
import type { GeneratedFile } from 'contracts/files';
import { generate } from './generate.ts';
import type { Given, NewContract } from './request.ts';
import { RequestFault, requestOf } from './request.ts';

const calculatorPath = 'packages/contracts/src/calculator';
const exported = new Set(Object.keys(contracts));

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'generate-'));
  for (const folder of [calculatorPath, 'packages/compute/src']) {
    for (const kind of ['operations', 'formulas']) mkdirSync(join(root, folder, kind), { recursive: true });
  }
  mkdirSync(join(root, '.changeset'));
  cpSync(fileURLToPath(new URL('../../../.oxfmtrc.json', import.meta.url)), join(root, '.oxfmtrc.json'));
  writeFileSync(join(root, calculatorPath, 'operations/square.ts'), '');
  writeRegistries(root);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Every file with its content. */
function everything(): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
}

function make(
  kind: NewContract['kind'],
  name: string,
  given: Given = {},
  contractFiles: () => readonly GeneratedFile[] = () => [],
) {
  return generate(root, requestOf(kind, { ...given, name }), exported, contractFiles);
}

describe.each(['operation', 'formula'] as const)('a new %s', (kind) => {
  test('a new contract gets a contract, code, a test and a changeset under its name, and is listed', async () => {
    const before = Object.keys(everything());
    const written = await make(kind, 'productOf2', { description: "What's left." });
    const paths = [
      `${calculatorPath}/${kind}s/product-of2.ts`,
      `packages/compute/src/${kind}s/product-of2.ts`,
      `packages/compute/src/${kind}s/product-of2.test.ts`,
      `.changeset/${kind}-product-of2.md`,
    ];
    expect(written.map(({ path }) => path)).toEqual(paths);
    const after = everything();
    expect(
      Object.keys(after)
        .filter((path) => !before.includes(path))
        .toSorted(),
    ).toEqual(paths.toSorted());
    for (const { path, text } of written) expect(after[path]).toBe(text);
    expect(after[paths[0] ?? '']).toContain(`description: "What's left."`);
    expect(after[paths[3] ?? '']).toContain(`The ${kind} \`productOf2\`. What's left.`);
    expect(staleRegistries(root)).toEqual([]);
    expect(after[`${calculatorPath}/exports.generated.ts`]).toContain('{ productOf2 }');
  });

  test.each([
    ['then', 'the name is a reserved word'],
    ['Cube', 'a name is a lower-case letter followed by'],
    ['product-of-two', 'a name is a lower-case letter followed by'],
    ['../cube', 'a name is a lower-case letter followed by'],
    ['', 'a name is a lower-case letter followed by'],
    ['a'.repeat(33), 'a name is a lower-case letter followed by'],
    ['delete', 'the name is a reserved word of TypeScript'],
    ['undefined', 'the name is a reserved word of TypeScript'],
    ['square', `the name is taken by ${calculatorPath}/operations/square.ts`],
    ['failure', 'the name is taken by an export of @cateto/contracts'],
    ['contract', 'the generated files use this name'],
    ['input', 'the generated files use this name'],
    ['operands', 'the generated files use this name'],
  ])('a new contract called "%s" is refused, and nothing is written', async (name, why) => {
    const before = everything();
    await expect(make(kind, name)).rejects.toThrow(RequestFault);
    await expect(make(kind, name)).rejects.toThrow(`${kind} "${name}": ${why}`);
    expect(everything()).toEqual(before);
  });

  test('a new contract is refused if one of its files exists, and that file is left alone', async () => {
    const path = `packages/compute/src/${kind}s/cube.test.ts`;
    writeFileSync(join(root, path), 'mine');
    const before = everything();
    await expect(make(kind, 'cube')).rejects.toThrow(`${kind} "cube": ${path} already exists`);
    expect(everything()).toEqual(before);
  });

  test('a new contract that cannot be written completely leaves nothing behind', async () => {
    rmSync(join(root, '.changeset'), { recursive: true });
    const before = everything();
    await expect(make(kind, 'cube')).rejects.toThrow('ENOENT');
    expect(everything()).toEqual(before);
  });

  test('a new contract that cannot be listed leaves nothing behind', async () => {
    const registry = join(root, 'packages/compute/src/registry.generated.ts');
    rmSync(registry);
    mkdirSync(registry);
    const before = everything();
    await expect(make(kind, 'cube')).rejects.toThrow('EISDIR');
    expect(everything()).toEqual(before);
  });

  test('a registry that cannot be written leaves the other registries as they were', async () => {
    // The last of the three files is missing; a file can only be replaced if it exists.
    rmSync(join(root, 'packages/compute/src/registry.generated.ts'));
    const before = everything();
    await expect(make(kind, 'cube')).rejects.toThrow('ENOENT');
    expect(everything()).toEqual(before);
  });

  test('a new contract is exported together with the others', async () => {
    writeFileSync(join(root, 'reference.md'), 'without it');
    await make(kind, 'cube', {}, () => [
      { path: 'cube.json', text: '{}' },
      { path: 'reference.md', text: 'with it' },
    ]);
    expect(everything()).toMatchObject({ 'cube.json': '{}', 'reference.md': 'with it' });
  });

  test('a failed or interrupted export leaves nothing of the new contract behind', async () => {
    const before = everything();
    const interrupted = (): never => {
      expect(process.listenerCount('SIGINT')).toBeGreaterThan(0);
      throw new Error('interrupted');
    };
    await expect(make(kind, 'cube', {}, interrupted)).rejects.toThrow('interrupted');
    expect(everything()).toEqual(before);
  });
});

test('a new operation declares a work policy', async () => {
  const [contract] = await make('operation', 'cube');
  expect(contract?.text).toContain("work: { fallback: 'unserved', lanes: 'any' },");
});

test('a new formula has the requested operands', async () => {
  const [contract, code] = await make('formula', 'sumOfSquares', { operands: 'x, y, z' });
  expect(contract?.text).toContain("['z', Finite],");
  expect(contract?.text).toContain('example: { operands: [1, 2, 3], output: 14 }');
  expect(code?.text).toContain('call(square, operands[2])]');
});

test('a new formula in steps has a generator', async () => {
  const [, code] = await make('formula', 'sumOfSquares', { operands: 'x, y', steps: true });
  expect(code?.text).toContain('formulaCode(contract, function* (operands) {');
  expect(code?.text).toContain('yield* map(square, operands)');
});

test.each([
  ['a,,b', 'operand "": a name is'],
  ['a,B', 'operand "B": a name is'],
  ['a,b,a', 'two operands of one name (a, b, a)'],
  ['a,b,c,d,e,f,g,h,i', '9 operands; 1 to 8 are possible'],
])('a new formula with the operands %s is refused', (operands, why) => {
  expect(() => requestOf('formula', { name: 'sum', operands })).toThrow(`formula "sum": ${why}`);
});

test.each(['', ' ', 'two\nlines'])('a description %j is refused', (description) => {
  expect(() => requestOf('operation', { name: 'cube', description })).toThrow('a description is one line');
});
