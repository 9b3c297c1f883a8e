import { freeBrokers } from '@cateto/cluster';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { consoleProgram, hear } from '../support/console.ts';
import { clientOf, settled, system } from '../support/system.ts';

/* The console of a real system: what its page hears, and what it may do. `.ci/long console` opens it in a browser. */

/** The bytes of the page's script as they travel. */
async function scriptBytes(url: string): Promise<number> {
  const script = / src="\.\/([^"]+\.js)"/.exec(await (await fetch(url)).text())?.[1] ?? '';
  const bytes = new Uint8Array(await (await fetch(`${url}${script}`)).arrayBuffer());
  return gzipSync(bytes).length;
}

interface SystemEvent {
  readonly process: string;
  readonly event: string;
  readonly epoch: number;
}

const json = { 'content-type': 'application/json' };

test('a console shows a system, a call with its whole conversation, and a failover; a page that comes back misses nothing', async () => {
  const cluster = await system();
  await cluster.ready();
  await settled(await clientOf(cluster));
  const { url, child, ended } = await consoleProgram(
    'console',
    '--listen',
    '127.0.0.1:0',
    '--brokers',
    cluster.brokers,
  );
  const origin = new URL(url).origin;
  const page = await fetch(url);
  expect([page.status, await page.text()]).toMatchObject([
    200,
    expect.stringContaining('<title>Cateto console</title>'),
  ]);

  expect(await scriptBytes(url)).toBeLessThan(100_000);

  const stream = await hear(url);
  expect((await stream.next()).data).toMatchObject({ mayCall: true, chaos: false });
  const whole = await stream.until('state', ({ servers, missing }) => servers.length === 3 && missing.length === 0);
  expect(whole.data.brokers).toMatchObject([
    { name: 'primary broker', state: 'active', epoch: 1 },
    { name: 'backup broker', state: 'standby' },
  ]);
  // The first broker became active before the console was opened.
  await stream.until('events', (events) =>
    events.some(
      ({ process, event, epoch }: SystemEvent) => process === 'primary broker' && event === 'active' && epoch === 1,
    ),
  );
  const { id: before = '' } = await stream.until('state');

  const call = {
    method: 'POST',
    headers: { ...json, origin },
    body: JSON.stringify({ formula: 'hypotenuse', operands: [3, 4] }),
  };
  const answer = (await (await fetch(`${url}api/call`, call)).json()) as { readonly id: string };
  expect(answer).toMatchObject({ value: '5', fallbacks: [] });
  const row = await stream.until('requests', (rows) =>
    rows.some((one: { id: string; ending: string }) => one.id === answer.id && one.ending === 'value'),
  );
  expect(row.data.at(-1)).toMatchObject({ formula: 'hypotenuse', operands: '3, 4', outcome: '5', attempts: 1 });
  const detail = (await (await fetch(`${url}api/requests/${answer.id}`)).json()) as {
    readonly messages: readonly { readonly kind: string }[];
  };
  expect(detail.messages.map(({ kind }) => kind).toSorted()).toEqual(
    ['operand', 'operand', 'call', 'call', 'result', 'result', 'answer'].toSorted(),
  );
  expect(detail).toMatchObject({ inferred: false, names: expect.objectContaining({}) });

  const refused = await fetch(`${url}api/call`, { ...call, headers: json });
  expect(refused.status).toBe(403);
  const wrong = await fetch(`${url}api/call`, { ...call, body: JSON.stringify({ formula: 'nothing', operands: 'x' }) });
  expect(await wrong.json()).toMatchObject({ code: 'unknown-formula' });

  await cluster.kill('broker', 'SIGKILL');
  const over = await stream.until('state', ({ brokers }) => brokers[1].state === 'active');
  expect(over.data.brokers).toMatchObject([{ state: 'unreachable' }, { state: 'active', epoch: 2 }]);
  expect(over.data.missing).toMatchObject([{ severe: false }]);
  stream.close();

  const back = await hear(url, { 'last-event-id': before });
  const first = await back.next();
  expect(first.name).not.toBe('welcome');
  const { data } = await back.until('failovers', (all) => all.length > 0);
  expect(data).toMatchObject([
    { process: 'backup broker', epoch: 2, began: { process: 'primary broker', event: 'unheard' }, failed: 0 },
  ]);
  const again = { ...call, body: JSON.stringify({ formula: 'hypotenuse', operands: [6, 8] }) };
  expect(await (await fetch(`${url}api/call`, again)).json()).toMatchObject({ value: '10' });
  const stranger = await hear(url, { 'last-event-id': 'another-run.3' });
  expect((await stranger.next()).name).toBe('welcome');

  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('cluster --console, also with keys, names the console, which shows events and requests, and ends and starts processes', async () => {
  const given = ['--keys', '--console', '127.0.0.1:0', '--brokers', await freeBrokers()];
  const { url, child, ended } = await consoleProgram('cluster', ...given);
  const stream = await hear(url);
  const { data } = await stream.until('events');
  expect(data).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ process: 'primary broker', event: 'active', epoch: 1 }),
      expect.objectContaining({ process: 'calc-server', event: 'ready' }),
    ]),
  );
  const { data: state } = await stream.until('state', ({ servers }) => servers.length === 3);
  expect(state.servers.map(({ name }: { readonly name: string }) => name)).toEqual([
    'calc-server',
    'op-server-1',
    'op-server-2',
  ]);
  const headers = { ...json, origin: new URL(url).origin };
  const body = JSON.stringify({ formula: 'hypotenuse', operands: [3, 4] });
  const called = await fetch(`${url}api/call`, { method: 'POST', headers, body });
  const { id } = (await called.json()) as { readonly id: string };
  // The console observes the request only if its key may observe.
  await stream.until('requests', (rows) => rows.some((one: { readonly id: string }) => one.id === id));
  const act = async (name: string, action: string) => {
    const answer = await fetch(`${url}api/processes/${name}/${action}`, { method: 'POST', headers, body: '{}' });
    return answer.status;
  };
  type Listed = { readonly name: string; readonly state: string };
  const listed = (name: string, wanted: string) => (processes: readonly Listed[]) =>
    processes.some((one) => one.name === name && one.state === wanted);
  expect(await act('op-server-1', 'kill')).toBe(200);
  await stream.until('processes', listed('op-server-1', 'ended'));
  expect([await act('op-server-1', 'kill'), await act('op-server-1', 'fly'), await act('init', 'kill')]).toEqual([
    409, 409, 409,
  ]);
  expect(await act('op-server-1', 'start')).toBe(200);
  await stream.until('processes', listed('op-server-1', 'running'));
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});
