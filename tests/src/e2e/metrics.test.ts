import { spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { brokerPair, next } from '../support/brokers.ts';
import { anyPorts, urlOf } from '../support/endpoint.ts';
import { samplesIn, scrape, valueOf } from '../support/scrape.ts';
import { clientOf, settled, system } from '../support/system.ts';

/* The metrics of the programs of a real system. */

const rpc = { rpc_system_name: 'cateto' };

test('the numbers of all programs tell the same about the calls of a client', async () => {
  const cluster = await system({ http: anyPorts });
  await cluster.ready();
  const client = await clientOf(cluster);
  await settled(client);
  const before = await scrape(await urlOf(cluster.get('calc-server')));
  const countOf = (text: string): number =>
    valueOf(text, 'rpc_server_call_duration_seconds_count', { ...rpc, rpc_method: 'hypotenuse' });
  await Promise.all(Array.from({ length: 50 }, (_, n) => client.hypotenuse(n + 1, 12)));
  const calcServer = await vi.waitUntil(async () => {
    const text = await scrape(await urlOf(cluster.get('calc-server')));
    return countOf(text) === countOf(before) + 50 && text;
  });
  expect(valueOf(calcServer, 'cateto_server_handling_duration_seconds_count', { rpc_method: 'hypotenuse' })).toBe(
    countOf(calcServer),
  );
  const squaresOf = (text: string): number =>
    valueOf(text, 'rpc_client_call_duration_seconds_count', { ...rpc, rpc_method: 'square' });
  expect(squaresOf(calcServer)).toBe(squaresOf(before) + 2 * 50);
  expect(valueOf(calcServer, 'rpc_server_call_duration_seconds_sum')).toBeGreaterThan(0);
  const infinite = valueOf(calcServer, 'rpc_server_call_duration_seconds_bucket', {
    rpc_method: 'hypotenuse',
    le: '+Inf',
  });
  expect(infinite).toBe(countOf(calcServer));
  const opServers = await Promise.all(
    ['op-server-1', 'op-server-2'].map(async (name) => scrape(await urlOf(cluster.get(name)))),
  );
  const squares = opServers.map((text) =>
    valueOf(text, 'rpc_server_call_duration_seconds_count', { rpc_method: 'square', role: 'op-server' }),
  );
  expect(squares.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(2 * 50);
  const broker = await scrape(await urlOf(cluster.get('broker')));
  expect(valueOf(broker, 'cateto_broker_state', { state: 'active' })).toBe(1);
  expect(valueOf(broker, 'cateto_broker_connections', { kind: 'publisher' })).toBe(4);
  const own = client.metrics();
  expect(
    own.calls.find(({ method, error }) => method === 'hypotenuse' && error === undefined)?.durations.counts.length,
  ).toBeGreaterThan(5);
  expect([own.inFlight, own.held]).toEqual([0, 0]);
});

test('a failure is counted by its code', async () => {
  const cluster = await system({ http: anyPorts });
  await cluster.ready();
  const client = await clientOf(cluster);
  await settled(client);
  await expect(client.call('hypotenuse', [Number.MAX_VALUE, Number.MAX_VALUE])).rejects.toMatchObject({
    code: 'out-of-domain',
  });
  const text = await scrape(await urlOf(cluster.get('calc-server')));
  const labels = { rpc_method: 'hypotenuse', error_type: 'out-of-domain' };
  expect(valueOf(text, 'rpc_server_call_duration_seconds_count', labels)).toBe(1);
  expect(client.metrics().calls.map(({ error }) => error)).toContain('out-of-domain');
});

test('a takeover is counted, and the numbers of the new broker and of the servers show it', async () => {
  const cluster = await system({ http: anyPorts });
  await cluster.ready();
  await settled(await clientOf(cluster));
  const { active, standby } = await brokerPair(cluster);
  const takeover = next(standby, 'active');
  active.kill('SIGKILL');
  const { cause } = await takeover;
  const text = await scrape(await urlOf(standby));
  expect(valueOf(text, 'cateto_broker_state', { state: 'active' })).toBe(1);
  expect(valueOf(text, 'cateto_broker_epoch')).toBe(2);
  expect(valueOf(text, 'cateto_broker_takeovers_total', { cause: String(cause) })).toBe(1);
});

test('a calc-server counts what it computes itself, and sees which lanes no op-server serves', async () => {
  const cluster = await system({ http: anyPorts, initially: ['broker', 'op-server-1', 'calc-server'] });
  const client = await clientOf(cluster);
  const url = await urlOf(cluster.get('calc-server'));
  const served = [1, 2, 3, 4, 5, 6, 7, 8].map((lane) => `${lane}: ${lane % 2}`).join();
  // The calc-server may not know the op-server yet.
  await vi.waitUntil(
    async () => {
      const lanes = samplesIn(await scrape(url)).filter(({ name }) => name === 'cateto_lane_listeners');
      return lanes.map(({ labels, value }) => `${labels['lane']}: ${value}`).join() === served;
    },
    { timeout: 60_000 },
  );
  const { fallbacks } = await client.hypotenuse(3, 4);
  expect(fallbacks).toEqual([2]);
  const labels = { operation: 'square', lane: '2', cause: 'no-listener' };
  await expect
    .poll(async () => valueOf(await scrape(url), 'cateto_fallbacks_total', labels), { timeout: 60_000 })
    .toBe(1);
});

test('scraping every process without a pause disturbs no request, and the text stays well-formed', async () => {
  const cluster = await system({ http: anyPorts });
  await cluster.ready();
  const client = await clientOf(cluster);
  await settled(client);
  const urls = await Promise.all(cluster.plans.map(({ name }) => urlOf(cluster.get(name))));
  let scrapes = 0;
  let over = false;
  const scraping = urls.map(async (url) => {
    while (!over) {
      const text = await scrape(url);
      expect(samplesIn(text).every(({ value }) => !Number.isNaN(value))).toBe(true);
      scrapes += 1;
    }
  });
  // Each caller waits for its answer, so a slow machine makes fewer calls and not failed ones.
  const callers = Array.from({ length: 16 }, async (_caller, a) => {
    for (let b = 1; b <= 40; b += 1) {
      const { value } = await client.hypotenuse(a, b);
      expect(value).toBeCloseTo(Math.hypot(a, b), 10);
    }
  });
  await Promise.all(callers);
  over = true;
  await Promise.all(scraping);
  expect(scrapes).toBeGreaterThan(10);
  if (spawnSync('promtool', ['--version']).error !== undefined) return;
  // Its other objections concern names of Node's metrics.
  const text = await scrape(urls.at(-1) ?? '');
  const { stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  expect(stderr.split('\n').filter((line) => line !== '' && !/^(?:nodejs|process)_/.test(line))).toEqual([]);
});
