import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocks, repository } from './pages.ts';

/* Every kind of block in the pages is covered by a test. */

/** The test that covers blocks of a language, on all pages or on one. */
const covered: Readonly<Record<string, string>> = {
  sh: 'tests/src/docs/commands.test.ts',
  ts: 'tests/src/docs/snippets.test.ts',
  'docs/adding-an-operation.md console': 'tests/src/contributing/new-contract.test.ts',
  'docs/big-computations.md js': 'tests/src/published/pricing.test.ts',
  'docs/contracts.md ': 'scripts/contracts/contracts.test.ts',
  'docs/deploying.md ini': 'tests/src/docs/deploying.test.ts',
  'docs/deploying.md dockerfile': 'tests/src/docs/deploying.test.ts',
  'docs/deploying.md yaml': 'tests/src/docs/deploying.test.ts',
  'docs/running.md ': 'apps/client/src/events/events.test.ts',
  'docs/security.md json': 'tests/src/docs/security.test.ts',
  'docs/wire.md json': 'tests/src/repository/wire-page.test.ts',
  'docs/wire.md ': 'tests/src/repository/wire-page.test.ts',
  'docs/architecture.md ': 'tests/src/docs/blocks.test.ts',
};
/** Pictures: parsing them needs a browser, and a reader of the page sees whether they are right. */
const pictures = 'mermaid';

test('every kind of block in the pages is covered by a test', () => {
  const known = (page: string, language: string): string | undefined =>
    covered[language] ?? covered[`${page} ${language}`];
  const unknown = blocks.filter(({ page, language }) => language !== pictures && known(page, language) === undefined);
  expect(unknown.map(({ under, language }) => `${under}: ${language}`)).toEqual([]);
  for (const file of Object.values(covered)) expect(existsSync(join(repository, file)), file).toBe(true);
});

test('the folders in docs/architecture.md exist', () => {
  const tree = blocks.find(({ page, language }) => page === 'docs/architecture.md' && language === '');
  const lines = [...(tree?.text ?? '').matchAll(/^( *)([\w-]+)\/(?: |$)/gm)];
  let parent = '';
  for (const [, indent = '', folder = ''] of lines) {
    if (indent === '') parent = folder;
    expect(existsSync(join(repository, indent === '' ? folder : `${parent}/${folder}`)), folder).toBe(true);
  }
  expect(lines.length).toBeGreaterThan(10);
});
