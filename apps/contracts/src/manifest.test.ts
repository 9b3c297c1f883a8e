import { SettingFault } from '@cateto/contracts';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { manifestOf } from './manifest.ts';

function packageWith(text: string): { readonly file: string; readonly module: URL } {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-manifest-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'src'));
  const file = join(folder, 'package.json');
  writeFileSync(file, text);
  return { file, module: pathToFileURL(join(folder, 'src/pricing.mjs')) };
}

test('documents have the name, version and licence of the package of a module', () => {
  const { module } = packageWith('{ "name": "pricing", "version": "2.1.0", "license": "MIT" }');
  expect(manifestOf(module)).toEqual({ title: 'pricing', version: '2.1.0', license: 'MIT' });
  expect(manifestOf(packageWith('{}').module)).toEqual({
    title: 'Own catalogue',
    version: '0.0.0',
    license: undefined,
  });
});

test.each([
  ['{"name": ', ' cannot be read as JSON: '],
  ['', ' cannot be read as JSON: '],
  ['null', ' is not a JSON object; correct or remove it'],
  ['7', ' is not a JSON object; correct or remove it'],
])('a package.json with the text %j is refused by the name of the file', (text, problem) => {
  const { file, module } = packageWith(text);
  expect(() => manifestOf(module)).toThrow(SettingFault);
  expect(() => manifestOf(module)).toThrow(`${file}${problem}`);
});
