import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { registriesOf, staleRegistries, writeRegistries } from './registries.ts';

const calculatorPath = 'packages/contracts/src/calculator';
const contractsRegistry = `${calculatorPath}/registry.generated.ts`;
const contractsExports = `${calculatorPath}/exports.generated.ts`;
const computeRegistry = 'packages/compute/src/registry.generated.ts';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'registries-'));
  for (const folder of ['operations', 'formulas']) mkdirSync(join(root, calculatorPath, folder), { recursive: true });
  mkdirSync(dirname(join(root, computeRegistry)), { recursive: true });
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function add(path: string): void {
  writeFileSync(join(root, calculatorPath, path), '');
}

function pathsOf(registries: readonly { readonly path: string }[]): string[] {
  return registries.map(({ path }) => path);
}

test('the registries list the contracts, sorted, under the names that their files export', () => {
  for (const file of ['operations/square.ts', 'operations/product-of-2.ts', 'formulas/hypotenuse.ts']) add(file);
  expect(pathsOf(writeRegistries(root))).toEqual([contractsRegistry, contractsExports, computeRegistry]);
  expect(readFileSync(join(root, contractsRegistry), 'utf8')).toBe(
    `// Generated from the folder listing by \`pnpm registry\`. Do not edit.
import { hypotenuse } from './formulas/hypotenuse.ts';
import { productOf2 } from './operations/product-of-2.ts';
import { square } from './operations/square.ts';

export const operations = {
  productOf2,
  square,
};

export const formulas = {
  hypotenuse,
};
`,
  );
  expect(readFileSync(join(root, contractsExports), 'utf8')).toBe(
    `// Generated from the folder listing by \`pnpm registry\`. Do not edit.
export { hypotenuse } from './formulas/hypotenuse.ts';
export { productOf2 } from './operations/product-of-2.ts';
export { square } from './operations/square.ts';
`,
  );
  expect(readFileSync(join(root, computeRegistry), 'utf8')).toBe(
    `// Generated from the list of contracts by \`pnpm registry\`. Do not edit.
// A file that cannot be found is the code of a contract, still to be written.
import type { Calculator, FormulaCodesOf, HandlersOf } from '@cateto/contracts';
import { hypotenuse } from './formulas/hypotenuse.ts';
import { productOf2 } from './operations/product-of-2.ts';
import { square } from './operations/square.ts';

export const handlers = {
  productOf2,
  square,
} satisfies HandlersOf<Calculator>;

export const formulaCodes = {
  hypotenuse,
} satisfies FormulaCodesOf<Calculator>;
`,
  );
});

test('tests and files in other languages than TypeScript are not listed', () => {
  for (const file of ['square.ts', 'square.test.ts', 'square.test-d.ts', 'notes.md', '.DS_Store']) {
    add(`operations/${file}`);
  }
  expect(registriesOf(root)[0]?.text.match(/import/g)).toHaveLength(1);
});

test('registries are up to date after a write, and a second run writes nothing', () => {
  add('operations/square.ts');
  writeRegistries(root);
  expect(staleRegistries(root)).toEqual([]);
  expect(writeRegistries(root)).toEqual([]);
});

test('adding or deleting a contract makes every registry out of date', () => {
  add('operations/square.ts');
  writeRegistries(root);
  add('formulas/leg.ts');
  expect(pathsOf(staleRegistries(root))).toEqual([contractsRegistry, contractsExports, computeRegistry]);
  writeRegistries(root);
  rmSync(join(root, calculatorPath, 'operations/square.ts'));
  expect(pathsOf(staleRegistries(root))).toEqual([contractsRegistry, contractsExports, computeRegistry]);
});

test('a registry that was edited or deleted is out of date, and the others are not', () => {
  writeRegistries(root);
  writeFileSync(join(root, computeRegistry), 'edited');
  expect(pathsOf(staleRegistries(root))).toEqual([computeRegistry]);
  rmSync(join(root, contractsRegistry));
  writeFileSync(join(root, computeRegistry), registriesOf(root)[2]?.text ?? '');
  expect(pathsOf(staleRegistries(root))).toEqual([contractsRegistry]);
});

test('line ends of Windows do not make a registry out of date', () => {
  add('operations/square.ts');
  for (const { path, text } of registriesOf(root)) writeFileSync(join(root, path), text.replaceAll('\n', '\r\n'));
  expect(staleRegistries(root)).toEqual([]);
});

test.each(['Square.ts', 'squareOf.ts', 'square_of.ts', 'square--of.ts', '2-squares.ts', 'then.ts', 'status.ts'])(
  'a file that is called %s is refused by its path',
  (file) => {
    add(`operations/${file}`);
    expect(() => registriesOf(root)).toThrow(`${calculatorPath}/operations/${file}: `);
  },
);

test('two files of one name are refused by both paths', () => {
  add('operations/leg.ts');
  add('formulas/leg.ts');
  expect(() => registriesOf(root)).toThrow(
    `${calculatorPath}/formulas/leg.ts and ${calculatorPath}/operations/leg.ts both export leg`,
  );
});

test('the committed registries are up to date (if not: pnpm registry)', () => {
  const repository = fileURLToPath(new URL('../../', import.meta.url));
  expect(pathsOf(staleRegistries(repository))).toEqual([]);
});
