import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../docs/pages.ts';
import { alertExpressions, metricNamesIn } from './expressions.ts';

/* docs/operating.md, which an operator reads when an alert of deploy/ fires. */

const page = readFileSync(join(repository, 'docs/operating.md'), 'utf8');
const [, ...sections] = page.slice(page.indexOf('\n## Alerts\n')).split('\n### ');
const titleOf = (section: string): string => section.split('\n', 1).join('');

test('each alert has its section in operating.md, and each section is about an alert', () => {
  expect(sections.map(titleOf)).toEqual(alertExpressions().map(({ title }) => title));
});

test.each(sections.map((section) => ({ title: titleOf(section), section })))(
  'the section about $title says what to do, step by step',
  ({ section }) => {
    expect(section).toMatch(/^(?:1\. |\| cause \| do \|)/m);
  },
);

test('the metrics that operating.md names exist', () => {
  const known = readFileSync(join(repository, 'docs/metrics.md'), 'utf8');
  const named = Array.from(page.matchAll(/`([^`]*(?:cateto_|nodejs_|rpc_)[^`]*)`/g), ([, text = '']) => text)
    .flatMap(metricNamesIn)
    .map((name) => name.replace(/_bucket$/, ''))
    .filter((name) => /^(?:cateto|nodejs|rpc)_/.test(name));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !known.includes(`\`${name}\``) && name !== 'rpc_method')).toEqual([]);
});
