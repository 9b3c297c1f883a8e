import type { Cluster } from '@cateto/cluster';
import { freePort } from '@cateto/cluster';
import { dump, load as parse } from 'js-yaml';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startLoad } from '@cateto/verification/support/load.ts';
import { anyPorts, urlOf } from '../support/endpoint.ts';
import { clientOf, settled, system } from '../support/system.ts';
import { alertExpressions, dashboardExpressions, folder } from './expressions.ts';

/* A Prometheus that scrapes a running system with the files of deploy/. */

const there = spawnSync('prometheus', ['--version']).error === undefined;

interface Prometheus {
  /** The samples of an expression now: their values by all their labels. */
  query(expr: string): Promise<readonly { readonly metric: Record<string, string>; readonly value: number }[]>;
  /** Waits until the only sample of an expression has this value. */
  until(expr: string, value: number): Promise<void>;
}

interface Config {
  rule_files: string[];
  scrape_configs: [{ static_configs: { targets: string[]; labels: Record<string, string> }[] }];
  global: Record<string, string>;
}

async function prometheusFor(cluster: Cluster): Promise<Prometheus> {
  const own = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const config = parse(readFileSync(join(folder, 'prometheus.yml'), 'utf8')) as Config;
  config.rule_files = config.rule_files.map((file) => join(folder, file));
  config.global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
  config.scrape_configs[0].static_configs = await Promise.all(
    cluster.plans.map(async ({ name, app }) => ({
      targets: [new URL(await urlOf(cluster.get(name))).host],
      labels: { program: app },
    })),
  );
  writeFileSync(join(own, 'prometheus.yml'), dump(config));
  const port = await freePort();
  const args = [`--config.file=${own}/prometheus.yml`, `--storage.tsdb.path=${own}/data`, '--log.level=warn'];
  const child = spawn('prometheus', [...args, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'inherit' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(own, { recursive: true });
  });

  async function query(expr: string): ReturnType<Prometheus['query']> {
    const url = `http://127.0.0.1:${port}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`;
    const answer = (await (await fetch(url)).json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
    };
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  async function until(expr: string, value: number): Promise<void> {
    await vi.waitUntil(
      async () => {
        const found = await query(expr);
        return found.length === 1 && found[0]?.value === value;
      },
      { timeout: 60_000, interval: 200 },
    );
  }

  await vi.waitUntil(
    () =>
      fetch(`http://127.0.0.1:${port}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    {
      timeout: 60_000,
      interval: 100,
    },
  );
  return { query, until };
}

test.skipIf(!there && process.env['CI'] === undefined)(
  'Prometheus scrapes a running system, its alerts are silent, and they tell when the standby is killed',
  async () => {
    const cluster = await system({ http: anyPorts });
    await cluster.ready();
    const client = await clientOf(cluster);
    await settled(client);
    const load = startLoad(client, 50);
    const prometheus = await prometheusFor(cluster);
    await prometheus.until('sum(up{job="cateto"})', 5);
    await prometheus.until('sum(cateto_ready{job="cateto"})', 5);
    await prometheus.until('sum(cateto_broker_state{state="active"})', 1);
    await load.answered(500);
    // Two scrapes with calls between them give a rate.
    const rate =
      'count(rate(rpc_server_call_duration_seconds_count{role="calc-server",rpc_method="hypotenuse"}[1m]) > 0)';
    await prometheus.until(rate, 1);
    for (const { expr } of [...alertExpressions(), ...dashboardExpressions()]) await prometheus.query(expr);
    const alerts = await prometheus.query('ALERTS{alertname!~"CatetoSlowCalls|CatetoOverload"}');
    expect(alerts.filter(({ metric }) => metric['alertstate'] === 'firing')).toEqual([]);
    await cluster.kill('backup', 'SIGKILL');
    await prometheus.until('ALERTS{alertname="CatetoStandbyMissing"}', 1);
    await prometheus.until('ALERTS{alertname="CatetoProcessMissing",program="backup"}', 1);
    expect(await load.stop()).toMatchObject({ wrong: 0, failed: {} });
  },
);
