import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileAll } from '../support/compile.ts';
import type { Block } from './pages.ts';
import { blocks, repository } from './pages.ts';

/* Every snippet in TypeScript compiles. tests/src/contributing compiles those of the guide in their places. */

const guide = 'docs/adding-an-operation.md';
const snippets = blocks.filter(({ language, page }) => language === 'ts' && page !== guide);
const fromGuide = 'README.md#Add an operation';

/** Snippets that continue another snippet, and that snippet. */
const continues: Readonly<Record<string, string>> = {
  'docs/sdk.md#Failures': 'docs/sdk.md#From a program',
  'docs/sdk.md#Many calls': 'docs/sdk.md#From a program',
  'docs/sdk.md#How far a computation is': 'docs/sdk.md#From a program',
  'docs/sdk.md#Testing without sockets': 'docs/sdk.md#Serving, and a catalogue of your own',
};

/** The file that a snippet imports and the reader has to write. */
const catalogueOf = 'packages/contracts/README.md#@cateto/contracts';
const leftToTheReader = {
  'cube.ts': `${snippet(catalogueOf).text}export const handlers = { cube: (x: number) => x ** 3 };\n`,
};

function snippet(under: string): Block {
  const found = snippets.find((one) => one.under === under);
  if (found === undefined) throw new Error(`there is no snippet ${under}`);
  return found;
}

function fileOf(under: string): string {
  return `${under.replaceAll(/\W+/g, '-')}.ts`;
}

test('every snippet compiles', () => {
  const whole = snippets.filter(({ under }) => under !== fromGuide);
  expect(new Set(whole.map(({ under }) => under)).size).toBe(whole.length);
  const files = whole.map(({ under, text }) => {
    const before = continues[under];
    return [fileOf(under), before === undefined ? text : snippet(before).text + text];
  });
  expect(files.length).toBeGreaterThan(5);
  expect(compileAll({ ...leftToTheReader, ...(Object.fromEntries(files) as Record<string, string>) })).toBe('');
});

test('the README’s snippets of an operation are those of the guide', () => {
  const text = readFileSync(join(repository, guide), 'utf8');
  const shown = snippets.filter(({ under }) => under === fromGuide);
  expect(shown).toHaveLength(2);
  for (const one of shown) {
    const [, code = ''] = /^\/\/ packages\/.*\n([\s\S]*)$/.exec(one.text) ?? [];
    expect(code).not.toBe('');
    expect(text).toContain(code);
  }
});
