import { SettingFault } from '@cateto/contracts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { catalogueUrl, loadCatalogue } from './catalogue-module.ts';

/** A catalogue as another copy of the contracts creates it. */
const made = (version: number): string =>
  `export const catalogue = Object.defineProperty(
    { operations: { price: {} }, formulas: { spread: {} }, hashes: new Map() },
    Symbol.for('@cateto/contracts/catalogue'), { value: ${version} });`;

function moduleOf(text: string, name = 'pricing.mjs'): string {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-catalogue-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const load = (given: string) => loadCatalogue(given, () => Promise.reject(new Error('its own was not asked for')));

async function faultOf(loading: Promise<unknown>): Promise<string> {
  const error: unknown = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SettingFault);
  return (error as Error).message;
}

test('a module loads its catalogue at once and its code on demand, from objects or from functions', async () => {
  const path = moduleOf(`${made(1)}
    export const handlers = async () => ({ price: (x) => x });
    export const formulas = { spread: { steps() {} } };`);
  const module = await load(path);
  expect(module.url).toEqual(pathToFileURL(path));
  expect(Object.keys(module.catalogue.operations)).toEqual(['price']);
  expect(Object.keys(await module.handlers())).toEqual(['price']);
  expect(Object.keys(await module.formulas())).toEqual(['spread']);
});

test('without a module the program uses its own catalogue', async () => {
  const path = moduleOf(made(1));
  const own = () => import(pathToFileURL(path).href) as Promise<Record<string, unknown>>;
  expect(await loadCatalogue(undefined, own)).toMatchObject({ url: undefined });
});

test.each([
  ['throws while it is loaded', 'throw new Error("no licence");', /cannot be loaded: no licence$/],
  ['has a syntax error', 'export const = 1;', /cannot be loaded: .*\S/],
  ['exports nothing', '', /exports no catalogue; write "export const catalogue = defineCatalogue\(…\)"$/],
  ['exports another object', 'export const catalogue = {};', /"catalogue" was not made by defineCatalogue$/],
  [
    'has a default export whose catalogue throws',
    'export default { get catalogue() { throw new Error("not yet"); } };',
    /its export "catalogue" cannot be read: not yet$/,
  ],
  [
    'exports a Proxy',
    'export const catalogue = new Proxy({}, { get() { throw new Error("unread"); } });',
    /its export "catalogue" cannot be read: unread$/,
  ],
  ['has a catalogue of a later form', made(2), /another version of @cateto\/contracts \(form 2, known here: 1\)/],
])('a module that %s is refused in one line that names it', async (_what, text, message) => {
  const path = moduleOf(text);
  const fault = await faultOf(load(path));
  expect(fault).toMatch(message);
  expect(fault).toContain(path);
});

test.each([
  ['handlers', '', /exports no handlers$/],
  ['handlers', 'export const handlers = {};', /"handlers" has no function for the operation "price"$/],
  ['handlers', 'export const handlers = { price: 3 };', /"handlers" has no function for the operation "price"$/],
  ['handlers', 'export const handlers = () => { throw new Error("gone") };', /"handlers" cannot be loaded: gone$/],
  ['formulas', 'export const formulas = {};', /"formulas" has no code for the formula "spread"$/],
  ['formulas', 'export const formulas = { spread: {} };', /"formulas" has no code for the formula "spread"$/],
  [
    'formulas',
    'export const formulas = { spread: { formula: { name: "total" }, steps() {} } };',
    /"formulas" has no code for the formula "spread"$/,
  ],
] as const)('the lack of code is refused only by a program that needs it: %s of %j', async (which, text, message) => {
  const module = await load(moduleOf(`${made(1)}\n${text}`));
  expect(await faultOf(module[which]())).toMatch(message);
});

test.each([
  ['./nothing.js', /there is no file .*nothing\.js$/],
  ['nothing.mjs', /there is no file .*nothing\.mjs$/],
  ['no-such-package', /neither a file nor a package here/],
])('the missing module %s is refused', (given, message) => {
  expect(() => catalogueUrl(given)).toThrow(message);
});

test('a module is found by its path, relative or absolute, by its URL and by the name of its package', () => {
  const path = moduleOf('');
  const url = pathToFileURL(path);
  for (const given of [path, 'pricing.mjs', './pricing.mjs', url.href]) {
    expect(catalogueUrl(given, join(path, '..'))).toEqual(url);
  }
  expect(catalogueUrl('commander').href).toMatch(/commander.*\.m?js$/);
});

test('a module may export a system as its default', async () => {
  const path = moduleOf(`${made(1).replace('export const catalogue =', 'const catalogue =')}
    export default { catalogue, handlers: { price: (x) => x }, formulas: { spread: { steps() {} } } };`);
  const module = await load(path);
  expect(Object.keys(await module.handlers())).toEqual(['price']);
  expect(Object.keys(await module.formulas())).toEqual(['spread']);
});

test('an exposed operation needs no code: a module of exposed operations exports no formulas', async () => {
  const path = moduleOf(
    made(1).replace(
      'spread: {}',
      "price: { kind: 'formula', name: 'price', exposes: { kind: 'operation', name: 'price' } }",
    ),
  );
  const { price } = await (await load(path)).formulas();
  expect(price?.plan?.([1])).toMatchObject([{ operation: { name: 'price' }, input: 1 }]);
});
