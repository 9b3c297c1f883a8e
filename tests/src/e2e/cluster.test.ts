import { environmentWith } from '@cateto/app-kit';
import type { LogEvent } from '@cateto/cluster';
import { freeBrokers, freePorts, startProcess } from '@cateto/cluster';
import type { ServerStatus } from '@cateto/sdk';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { endpointsOf } from '@cateto/verification/support/endpoints.ts';
import { bundled } from '../../../vitest.programs.ts';
import { following } from '../support/following.ts';
import { runApp } from '../support/run-app.ts';

/* A whole system as a user runs it, whose processes are killed. */

const cwd = fileURLToPath(new URL('../../../', import.meta.url));
const main = bundled(new URL('../../../packages/console/src/cluster/main.ts', import.meta.url));
const program = [main, '--built'];

async function cluster(...given: string[]) {
  const brokers = await freeBrokers();
  const args = [...program, '--brokers', brokers, '--log', 'json', ...given];
  const running = startProcess({ name: 'cluster', cwd, args });
  onTestFinished(() => running.kill('SIGKILL'));
  const pids = new Map<string, number>();

  /** The next event of one of its processes. */
  function next(name: string, event: string): Promise<LogEvent> {
    const before = running.events.length;
    return running.waitFor(event, (logged) => logged['process'] === name && running.events.indexOf(logged) >= before);
  }

  for (const name of ['broker', 'backup', 'op-server-1', 'op-server-2', 'calc-server'])
    await running.waitFor('ready', (logged) => logged['process'] === name);
  for (const pid of childrenOf(running.pid)) pids.set(nameOf(pid), pid);
  const kill = (name: string): void => void process.kill(pids.get(name) ?? 0, 'SIGKILL');
  return { brokers, running, pids, next, kill };
}

function childrenOf(pid: number): number[] {
  return lines('ps', '-o', 'pid=', '--ppid', String(pid)).map(Number);
}

/** The name by which the cluster lists a process, from its command line. */
function nameOf(pid: number): string {
  const [command = ''] = lines('ps', '-o', 'args=', '-p', String(pid));
  const folder = spawnSync('readlink', [`/proc/${pid}/cwd`], { encoding: 'utf8' }).stdout.trim();
  const app = folder.split('/').at(-1) ?? '';
  return app === 'op-server' ? `${app}-${command.includes('--lanes 1') ? 1 : 2}` : app;
}

function lines(command: string, ...args: string[]): string[] {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout.trim().split('\n').filter(Boolean);
}

async function serversOf(brokers: string): Promise<readonly ServerStatus[]> {
  const { out } = await runApp('client', ['status', '--json', '--brokers', brokers]);
  return (JSON.parse(out) as { readonly servers: readonly ServerStatus[] }).servers;
}

const timeOf = (logged: LogEvent): number => Date.parse(logged.time);

test('a cluster restarts a killed process after three seconds, and the process does its work', async () => {
  const { brokers, running, next, kill } = await cluster('--workers', '2');
  const [again, listens] = [next('op-server-1', 'process-started'), next('op-server-1', 'ready')];
  const ended = next('op-server-1', 'process-ended');
  kill('op-server-1');
  expect(await ended).toMatchObject({ level: 'error', app: 'cluster', how: 'SIGKILL', restartMs: 3_000 });
  expect(timeOf(await again) - timeOf(await ended)).toBeGreaterThanOrEqual(2_990);
  const { address } = await listens;
  // The square of the first leg is on its lanes.
  await running.waitFor('listener-up', (logged) => logged['address'] === address);
  const { code, out } = await runApp('client', ['hypotenuse', '12', '13', '--json', '--brokers', brokers]);
  expect([code, JSON.parse(out)]).toMatchObject([0, { value: 17.69180601295413, fallbacks: [] }]);
  const opServers = (await serversOf(brokers)).filter(({ role }) => role === 'op-server');
  // The restarted op-server has the threads of --workers too.
  expect(opServers).toMatchObject([1, 2].map(() => ({ threads: 2, threadsBusy: 0, runs: 1, errors: 0 })));
  running.kill('SIGINT');
  expect(await running.ended).toBe(0);
});

test('a cluster that ends while a process waits for its restart ends at once, and leaves no process', async () => {
  const { running, pids, next, kill } = await cluster();
  const ended = next('calc-server', 'process-ended');
  kill('calc-server');
  await ended;
  running.kill('SIGINT');
  expect(await running.ended).toBe(0);
  expect(running.events.filter(({ event }) => event === 'process-started')).toEqual([]);
  expect(lines('ps', '-o', 'pid=', '-p', [...pids.values()].join(','))).toEqual([]);
});

test('with --no-restart a killed process is not restarted, and the cluster reports that', async () => {
  const { running, next, kill } = await cluster('--no-restart');
  const ended = next('op-server-2', 'process-ended');
  kill('op-server-2');
  expect(await ended).not.toHaveProperty('restartMs');
  running.kill('SIGINT');
  expect(await running.ended).toBe(0);
  expect(running.events.filter(({ event }) => event === 'process-started')).toEqual([]);
});

test('a cluster reports why a broker cannot restart, and retries until it can', async () => {
  const { brokers, running, next, kill } = await cluster();
  const [primary] = endpointsOf(brokers);
  const taken = createServer((socket) => socket.destroy());
  onTestFinished(() => void taken.close());
  const [failed, ended] = [next('broker', 'process-not-started'), next('broker', 'process-ended')];
  kill('broker');
  await ended;
  await once(taken.listen(primary.publishPort, '127.0.0.1'), 'listening');
  expect(await failed).toMatchObject({ how: 1, restartMs: 6_000 });
  expect((await failed)['said']).toMatch(/^broker: cannot bind the publish port .*EADDRINUSE/);
  const listens = next('broker', 'ready');
  taken.close();
  await listens;
  running.kill('SIGINT');
  expect(await running.ended).toBe(0);
});

test.each([
  [['--workers', 'few'], {}, 2, /^cluster: --workers: "few" is neither/],
  [[], { CATETO_WORKERS: 'few' }, 2, /^cluster: CATETO_WORKERS: "few" is neither/],
  [['--log', 'xml'], {}, 2, /^cluster: --log: "xml" is not one of pretty, json$/],
  [[], { CATETO_LOG_LEVEL: 'loud' }, 2, /^cluster: CATETO_LOG_LEVEL: "loud" is not one of/],
  [
    [],
    { CATETO_OPERATIONS: 'cube' },
    1,
    /^cluster: op-server-[12] ended \(2\): op-server: CATETO_OPERATIONS: "cube" is/,
  ],
] as const)('a cluster with %j and %j cannot start, and says why in one line', async (given, variables, code, said) => {
  const args = [...program, '--brokers', await freeBrokers(), ...given];
  const ended = spawnSync(process.execPath, args, { cwd, env: environmentWith(variables), encoding: 'utf8' });
  expect(ended.status).toBe(code);
  expect(ended.stderr.trim().split('\n').at(-1)).toMatch(said);
});

test('with --http each process of a cluster answers on a port of its own, which its log and the overview name', async () => {
  const free = await freePorts(16);
  const port = free.find((first) => [1, 2, 3, 4].every((more) => free.includes(first + more)));
  if (port === undefined) throw new Error(`no five of these ports follow each other: ${free.join(', ')}`);
  const args = [...program, '--brokers', await freeBrokers(), '--http', `127.0.0.1:${port}`, '--log', 'json'];
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const running = following(child);
  const names = ['broker', 'backup', 'op-server-1', 'op-server-2', 'calc-server'];
  const urls = names.map((_name, index) => `http://127.0.0.1:${port + index}`);
  for (const [index, name] of names.entries()) {
    await running.wrote(new RegExp(`"http-listening","url":"${urls[index]}","process":"${name}"`));
  }
  await running.wrote(new RegExp(`^calc-server +\\d+ +formulas +${urls[4]}$`));
  const answers = await Promise.all(urls.map(async (url) => (await fetch(`${url}/livez`)).status));
  expect(answers).toEqual([200, 200, 200, 200, 200]);
  child.kill('SIGINT');
  expect(await running.ended).toBe(0);
});

test('the log of a cluster contains the logs of its processes with their times and names, from the chosen level on', async () => {
  const args = [...program, '--brokers', await freeBrokers(), '--log', 'pretty', '--log-level'];
  const child = spawn(process.execPath, [...args, 'info'], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const running = following(child);
  // The routes of a server may come in two lines.
  const line =
    /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: calc-server listener-up address=\w{12} routes="(?:multiply|square) [\d,]+(?:, square [\d,]+)?"$/;
  await running.wrote(line);
  child.kill('SIGINT');
  expect(await running.ended).toBe(0);
});
