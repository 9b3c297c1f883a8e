import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { bundled } from '../../../vitest.programs.ts';

/* `cateto contracts` as a user's CI runs it, in a folder with a module. Tests of the repository's own files are in scripts/contracts. */

const main = bundled(new URL('main.ts', import.meta.url));
const libraryBundle = bundled(new URL('../../../packages/contracts/src/index.ts', import.meta.url));
const zod = fileURLToPath(new URL('../node_modules/zod', import.meta.url));

interface Change {
  readonly input?: string;
  readonly work?: string;
  readonly name?: string;
}

function moduleText({ input = 'Finite', work = '{}', name = 'price' }: Change): string {
  return `import { defineCatalogue, exposed, Finite, operation } from '@cateto/contracts';
import { z } from 'zod';
const Positive = z.number().min(0);
const ${name} = operation({ name: '${name}', description: 'A price.', input: ${input}, output: Finite,
  example: { input: 1, output: 3 }, work: ${work} });
export const catalogue = defineCatalogue({ operations: { ${name} }, formulas: { ${name}: exposed(${name}) } });
`;
}

function project() {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-contracts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const library = join(folder, 'node_modules/@cateto/contracts');
  mkdirSync(library, { recursive: true });
  writeFileSync(join(library, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  writeFileSync(join(library, 'index.js'), `export * from ${JSON.stringify(libraryBundle)};`);
  symlinkSync(zod, join(folder, 'node_modules/zod'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "pricing", "version": "1.2.0", "type": "module" }');
  const change = (changed: Change): void => writeFileSync(join(folder, 'pricing.js'), moduleText(changed));
  const contracts = (...given: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...given, '--catalogue', './pricing.js'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const read = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'));
  change({});
  return { folder, change, contracts, read };
}

test('an export writes the document, the schemas and the reference of a catalogue, with the name of its package', () => {
  const { folder, contracts, read } = project();
  expect(contracts('export')).toEqual({
    status: 0,
    stdout: `wrote contracts/asyncapi.json
wrote contracts/schemas/price.json
wrote contracts/schemas/protocol-messages.json
wrote contracts/reference.md
`,
    stderr: '',
  });
  expect(read('contracts/asyncapi.json')).toMatchObject({ info: { title: 'pricing', version: '1.2.0' } });
  expect(contracts('export').stdout).toBe('the exported contracts are up to date\n');
  expect(contracts('export', '--out', 'docs/api', '--json').stdout).toMatch(
    /^\{"written":\["docs\/api\/asyncapi\.json"/,
  );
  expect(existsSync(join(folder, 'docs/api/reference.md'))).toBe(true);
});

test('a check without a release compares nothing, and says how to store one', () => {
  const { contracts } = project();
  contracts('export');
  const { status, stdout } = contracts('check');
  expect([status, stdout]).toEqual([
    0,
    '4 of 4 files up to date; no release to compare with; `contracts export --catalogue ./pricing.js --release` stores one\n',
  ]);
});

test('a file that is out of date fails the check, and the message names the command', () => {
  const { change, contracts, folder } = project();
  contracts('export');
  change({ name: 'fee' });
  const { status, stderr } = contracts('check');
  expect(status).toBe(1);
  expect(stderr).toContain(
    'contracts/schemas/fee.json is stale: run `contracts export --catalogue ./pricing.js` and commit it\n',
  );
  expect(stderr).toContain('contracts/schemas/price.json is stale');
  expect(contracts('export').stdout).toContain('removed contracts/schemas/price.json\n');
  expect(existsSync(join(folder, 'contracts/schemas/price.json'))).toBe(false);
});

test('an export into a folder with schemas of other programs leaves them as they are, and a check does not report them', () => {
  const { contracts, folder } = project();
  mkdirSync(join(folder, 'schemas'));
  const others = ['user.json', 'list.json', 'broken.json'];
  for (const [index, text] of ['{ "title": "user" }', '[]', '{'].entries()) {
    writeFileSync(join(folder, 'schemas', others[index] ?? ''), text);
  }
  expect(contracts('export', '--out', '.').stdout).not.toContain('removed');
  expect(others.filter((file) => existsSync(join(folder, 'schemas', file)))).toEqual(others);
  expect(contracts('check', '--out', '.').status).toBe(0);
});

test('a breaking change fails the check, passes when it is allowed, and is forgotten by the next release', () => {
  const { change, contracts, read } = project();
  expect(contracts('export', '--release').stdout).toContain('wrote contracts/released.json\n');
  expect(contracts('check')).toEqual({
    status: 0,
    stdout: '4 of 4 files up to date; compared with the last release\n',
    stderr: '',
  });
  change({ input: 'Positive' });
  contracts('export');
  const refused = contracts('check');
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(
    /^breaking: operation price, input: may be below 0, .* Compatible: accept what is below 0 as well\.$/m,
  );
  expect(refused.stderr).toContain('If the break is intended: `contracts check --catalogue ./pricing.js --allow`\n');
  const json = JSON.parse(contracts('check', '--json').stdout) as { breaking: object[] };
  expect(json).toMatchObject({ ok: false, stale: [], released: true, allowed: [], outdated: [] });
  expect(json.breaking[0]).toMatchObject({
    contract: 'operation price',
    field: 'input',
    example: expect.any(Number) as unknown,
  });

  expect(contracts('check', '--allow')).toMatchObject({ status: 0, stderr: '' });
  expect(read('contracts/allowed.json')).toHaveLength(1);
  const allowed = contracts('check');
  expect([allowed.status, allowed.stdout]).toEqual([
    0,
    '4 of 4 files up to date; compared with the last release: 1 breaking change allowed; --verbose lists them\n',
  ]);
  expect(contracts('check', '--verbose').stdout).toMatch(/^allowed: operation price, input: .*\n4 of 4 /);

  change({});
  contracts('export');
  expect(contracts('check').stderr).toContain('contracts/allowed.json allows a break that does not exist (');
  expect(contracts('check', '--allow').status).toBe(0);
  expect(contracts('check').status).toBe(0);
});

test('a change of work is counted, listed by --verbose, and fails nothing', () => {
  const { change, contracts } = project();
  contracts('export', '--release');
  change({ work: '{ maxMs: 50 }' });
  contracts('export');
  expect(contracts('check').stdout).toMatch(/last release: 1 change of work \(1 notable\); --verbose lists them\n$/);
  expect(contracts('check', '--verbose').stdout).toMatch(
    /^changed: operation price, work\.maxMs: was no limit, is 50 ms\. Notable:/,
  );
});

test('stored contracts leave out the messages of the protocol, which change with the version of Cateto only', () => {
  const { contracts, read } = project();
  contracts('export', '--release');
  expect(read('contracts/released.json')).toMatchObject({ messages: {} });
});

test.each([
  ['released.json', 'no JSON', /contracts\/released\.json is not JSON; restore the file$/],
  [
    'released.json',
    '[]',
    /contracts\/released\.json does not contain contracts; restore the file of the last release$/,
  ],
  ['allowed.json', '{}', /contracts\/allowed\.json is not a list of texts; restore the file, or delete it$/],
])('a damaged %s (%j) is one line and exit code 1', (file, text, message) => {
  const { contracts, folder } = project();
  contracts('export', '--release');
  writeFileSync(join(folder, 'contracts', file), text);
  const { status, stdout, stderr } = contracts('check');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr.trim()).toMatch(message);
});

test.each([
  [['chek'], /unknown command 'chek'/],
  [['check', '--alow'], /unknown option '--alow'/],
  [['check', 'price'], /too many arguments/],
])('the command line %j is one line and exit code 2', (given, message) => {
  const { status, stdout, stderr } = project().contracts(...given);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a module that cannot be loaded is one line and exit code 2', () => {
  const { contracts, folder } = project();
  writeFileSync(join(folder, 'pricing.js'), 'export const catalogue = 1;');
  const { status, stderr } = contracts('check');
  expect([status, stderr]).toEqual([
    2,
    'contracts: catalogue ./pricing.js: its export "catalogue" was not made by defineCatalogue\n',
  ]);
});

test('a module whose top-level await never ends is one line and exit code 2', () => {
  const { contracts, folder } = project();
  writeFileSync(join(folder, 'pricing.js'), 'await new Promise(() => {});');
  const { status, stderr } = contracts('check');
  expect([status, stderr]).toEqual([
    2,
    'contracts: catalogue ./pricing.js cannot be loaded: it never finishes loading: an await at its top level waits for ever\n',
  ]);
});
