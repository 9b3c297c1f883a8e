import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startCluster } from './cluster.ts';
import { parseCount } from './count.ts';
import { freeBrokers, freePorts } from './free-ports.ts';
import { lanesOf, planSystem } from './layout.ts';
import { parseEvent } from './log-event.ts';
import { overview, table } from './overview.ts';

describe('the layout', () => {
  test('the layout of the paper has two brokers, an op-server for each leg and a calc-server', () => {
    expect(planSystem({ opServers: 2, calcServers: 1 })).toEqual([
      { name: 'broker', app: 'broker', args: [] },
      { name: 'backup', app: 'backup', args: [] },
      { name: 'op-server-1', app: 'op-server', args: ['--lanes', '1,3,5,7'] },
      { name: 'op-server-2', app: 'op-server', args: ['--lanes', '2,4,6,8'] },
      { name: 'calc-server', app: 'calc-server', args: [] },
    ]);
  });

  test.each([1, 2, 3, 8, 9, 20])(
    'with %i op-servers every lane is served, and none by two before all are busy',
    (of) => {
      const served = Array.from({ length: of }, (_, index) => lanesOf(index + 1, of));
      expect(new Set(served.flat()).size).toBe(8);
      expect(served.flat()).toHaveLength(of <= 8 ? 8 : of);
      expect(served.every((lanes) => lanes.length > 0)).toBe(true);
    },
  );

  test('several calc-servers get numbers', () => {
    const names = planSystem({ opServers: 1, calcServers: 2 }).map(({ name }) => name);
    expect(names).toEqual(['broker', 'backup', 'op-server-1', 'calc-server-1', 'calc-server-2']);
  });
});

describe('ports', () => {
  test('free ports are different, unused, and below the ports of outgoing connections', async () => {
    const ports = await freePorts(12);
    expect(new Set(ports).size).toBe(12);
    expect(ports.every((port) => port >= 10_240 && port < 32_768)).toBe(true);
    const [port = 0] = ports;
    await new Promise<void>((resolve, reject) => {
      const server = createServer().once('error', reject);
      server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
    });
  });

  test('two processes never get the same port, and ports are handed out anew only when all were', async () => {
    const program = `import { freePorts } from ${JSON.stringify(new URL('free-ports.ts', import.meta.url).href)};
      process.stdout.write(JSON.stringify(await freePorts(100)) + '\\n');
      process.stdin.resume();`;
    const others = Array.from({ length: 3 }, () => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program]);
      onTestFinished(() => void child.kill());
      return textOf(child.stdout.take(1));
    });
    const taken = (await Promise.all(others)).flatMap((line) => JSON.parse(line) as number[]);
    const own = [...(await freePorts(60)), ...(await freePorts(60))];
    expect(new Set([...taken, ...own]).size).toBe(420);
  });

  test('free brokers have the form of CATETO_BROKERS', async () => {
    expect(await freeBrokers()).toMatch(/^127\.0\.0\.1(:\d+){3},127\.0\.0\.1(:\d+){3}$/);
  });
});

test('a log line becomes an event, and any other output does not', () => {
  expect(parseEvent('{"event":"ready","address":"x"}')).toMatchObject({ event: 'ready' });
  for (const line of ['', 'ready', '{"level":"info"}', '{broken', '["ready"]'])
    expect(parseEvent(line)).toBeUndefined();
});

test('the number of processes is a whole number within its bounds', () => {
  expect(parseCount('3')).toBe(3);
  for (const text of ['0', '-1', '1.5', 'two', '65', '']) expect(() => parseCount(text)).toThrow(`"${text}"`);
});

test('the overview lists the processes and their addresses', () => {
  const plans = planSystem({ opServers: 2, calcServers: 1 });
  const rows = overview(plans, 'here:1:2:3,there:4:5:6', (name) => ({ pid: name.length, events: [] }));
  expect(table(rows)).toEqual([
    'broker        6  here:1:2:3',
    'backup        6  there:4:5:6',
    'op-server-1  11  lanes 1,3,5,7',
    'op-server-2  11  lanes 2,4,6,8',
    'calc-server  11  formulas',
  ]);
});

test('the overview lists where processes answer HTTP requests', () => {
  const listening = (port: number) => ({
    event: 'http-listening',
    time: '',
    level: '',
    app: '',
    url: `http://here:${port}`,
  });
  const plans = planSystem({ opServers: 1, calcServers: 1 });
  const rows = overview(plans, 'here:1:2:3,there:4:5:6', (name) => ({ pid: 7, events: [listening(name.length)] }));
  expect(table(rows).slice(0, 3)).toEqual([
    'broker       7  here:1:2:3             http://here:6',
    'backup       7  there:4:5:6            http://here:6',
    'op-server-1  7  lanes 1,2,3,4,5,6,7,8  http://here:11',
  ]);
});

test('a system that cannot start completely leaves no process running', async () => {
  const program = 'setInterval(() => undefined, 1_000);';
  const starting = startCluster({
    initially: ['broker', 'brokre'],
    commandOf: () => ({ cwd: '.', args: ['--eval', program] }),
  });
  await expect(starting).rejects.toThrow('there is no brokre in this system');
  // The handle of a process that has ended is closed a moment later.
  const hasChildren = (): boolean => process.getActiveResourcesInfo().includes('ProcessWrap');
  await vi.waitUntil(() => !hasChildren(), { timeout: 30_000 });
});
