import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../docs/pages.ts';
import { alertExpressions, dashboardExpressions, folder, metricNamesIn } from './expressions.ts';

/* The files of deploy/, without a running system. */

const page = readFileSync(join(repository, 'docs/metrics.md'), 'utf8');
const known = new Set(['up']);
for (const [, name = '', type] of page.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)) {
  known.add(name);
  if (type === 'histogram') for (const part of ['bucket', 'sum', 'count']) known.add(`${name}_${part}`);
}

test.each([...alertExpressions(), ...dashboardExpressions()])(
  '$title names metrics that there are: $expr',
  ({ expr }) => {
    const names = metricNamesIn(expr);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  },
);

const promtool = spawnSync('promtool', ['--version']).error === undefined;

test.skipIf(!promtool && process.env['CI'] === undefined).each([
  ['check', 'config', 'prometheus.yml'],
  ['check', 'rules', 'cateto-alerts.yml'],
  ['test', 'rules', 'cateto-alerts.test.yml'],
])('promtool %s %s %s succeeds', (...args) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
});

test('every alert has a test in which it fires and one in which it does not', () => {
  const tests = readFileSync(join(folder, 'cateto-alerts.test.yml'), 'utf8');
  for (const { title } of alertExpressions()) {
    expect(tests).toMatch(new RegExp(`alertname: ${title}\\n +exp_alerts:`));
    expect(tests).toMatch(new RegExp(`alertname: ${title} \\}`));
  }
});
