import { metricsTable } from '@cateto/app-kit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anyPorts, urlOf } from '../support/endpoint.ts';
import { metricsIn, scrape } from '../support/scrape.ts';
import { clientOf, settled, system } from '../support/system.ts';
import { metricsPage } from './metrics-page.ts';
import { repository } from './pages.ts';

const page = join(repository, 'docs/metrics.md');

test('docs/metrics.md describes every metric that the programs of a system export, and no other', async () => {
  const cluster = await system({ http: anyPorts });
  await settled(await clientOf(cluster));
  const texts = await Promise.all(cluster.plans.map(async ({ name }) => scrape(await urlOf(cluster.get(name)))));
  const exported = new Map(texts.flatMap(metricsIn).map((metric) => [metric.name, metric]));
  const own = new Set(metricsTable.map(({ name }) => name));
  const node = [...exported.values()].filter(({ name }) => /^(?:nodejs|process)_/.test(name));
  await expect(metricsPage(node)).toMatchFileSnapshot(page);
  const described = Array.from(readFileSync(page, 'utf8').matchAll(/^\| `(\w+)` \|/gm), ([, name]) => name);
  expect(new Set(described)).toEqual(new Set(exported.keys()));
  expect([...exported.keys()].filter((name) => !/^(?:nodejs|process)_/.test(name)).toSorted()).toEqual(
    [...own].toSorted(),
  );
});

test('every metric of the table has a name and labels of Prometheus, the unit of its type, and a sentence', () => {
  for (const { name, type, help, labels } of metricsTable) {
    expect(name).toMatch(/^(?:cateto|rpc)_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
    for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
  }
});
