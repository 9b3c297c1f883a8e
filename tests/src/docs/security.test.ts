import { roles, roleTable } from '@cateto/contracts';
import { parseAccess } from '@cateto/keys';
import { prefixOf } from '@cateto/keys/node';
import { expect, test } from 'vitest';
import { blocks, pages } from './pages.ts';

/* docs/security.md is right about access lists and roles. */

const page = pages().find(({ path }) => path === 'docs/security.md')?.text ?? '';

test('the access list of the page has no fault', () => {
  const lists = blocks.filter((block) => block.page === 'docs/security.md' && block.language === 'json');
  expect(lists).toHaveLength(1);
  for (const { text } of lists) expect(parseAccess(text, prefixOf)).toMatchObject({ keys: [{ name: 'pricing-4' }] });
});

/** The words of the page for the kinds of topics. */
const words: Readonly<Record<string, string>> = {
  operand: 'operands',
  operationRequest: 'requests of operations',
  operationResult: 'results of operations',
  formulaResult: 'results of formulas',
  statusRequest: 'status requests',
  statusResult: 'status results',
  eventsRequest: 'requests for events',
  eventsResult: 'events',
  cancel: 'cancellations',
  beat: 'beats',
  hello: 'its own hello',
};

test('the page has the row of each role as the brokers apply it', () => {
  const named = (kinds: ReadonlySet<string>): readonly string[] =>
    [...kinds].map((kind) => words[kind] ?? kind).toSorted();
  const cell = (text: string): readonly string[] =>
    text
      .split(',')
      .map((one) => one.trim())
      .toSorted();
  for (const role of roles) {
    const [, publishes = '', receives = ''] =
      new RegExp(`^\\| \`${role}\` \\| ([^|]+) \\| ([^|]+) \\|$`, 'm').exec(page) ?? [];
    const row = roleTable[role];
    if (row.publishes.size > 0) expect([role, cell(publishes)]).toEqual([role, named(row.publishes)]);
    else expect(publishes).toMatch(/^nothing/);
    if (role === 'observer') expect(receives).toBe('everything, by prefixes');
    else if (row.receives.size === 0) expect(receives).toBe('nothing');
    else expect([role, cell(receives)]).toEqual([role, named(row.receives)]);
  }
});
