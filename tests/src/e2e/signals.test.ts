import { appCommand, freeBrokers, startProcess } from '@cateto/cluster';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { atTerminal } from '../support/terminal.ts';

const { cwd, args } = appCommand('broker', true);

/** A broker at a terminal. Its log goes to a pipe, which outlives the terminal. */
async function brokerAtTerminal(before: string) {
  const folder = mkdtempSync(join(tmpdir(), 'cateto-signals-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const pipe = join(folder, 'log');
  execFileSync('mkfifo', [pipe]);
  const main = args.map((arg) => join(cwd, arg));
  const program = [process.execPath, ...main, '--brokers', await freeBrokers(), '--log', 'json'].join(' ');
  // In that folder also because nohup creates a file.
  const terminal = atTerminal(`sh -c 'cd ${folder} && exec 2>${pipe} && exec ${before} ${program}'`);
  onTestFinished(() => terminal.hangUp());
  const lines: string[] = [];
  const reader = createInterface({ input: createReadStream(pipe) });
  reader.on('line', (line) => lines.push(line));
  const closed = once(reader, 'close');
  while (!lines.some((line) => line.includes('"active"'))) await once(reader, 'line');
  async function events(): Promise<readonly string[]> {
    await closed;
    const logged = lines.filter((line) => !line.startsWith('nohup: '));
    return logged.map((line) => (JSON.parse(line) as { readonly event: string }).event);
  }
  return { terminal, events };
}

describe('closing a terminal', () => {
  test('a server drains when its terminal closes', async () => {
    const { terminal, events } = await brokerAtTerminal('');
    terminal.hangUp();
    expect((await events()).slice(-2)).toEqual(['draining', 'stopped']);
  });

  test('a server started by nohup survives the end of its terminal', async () => {
    const { terminal, events } = await brokerAtTerminal('nohup');
    const pid = await terminal.pid;
    terminal.hangUp();
    await terminal.ended;
    process.kill(pid, 'SIGTERM');
    expect((await events()).slice(-2)).toEqual(['draining', 'stopped']);
  });
});

test('SIGHUP does nothing to a server without a terminal', async () => {
  const broker = startProcess({
    name: 'broker',
    cwd,
    args: [...args, '--brokers', await freeBrokers(), '--log', 'json'],
  });
  onTestFinished(() => broker.kill('SIGKILL'));
  await broker.waitFor('active');
  // If SIGHUP started a drain, the next signal would end the process with 143.
  broker.kill('SIGHUP');
  broker.kill('SIGTERM');
  expect(await broker.ended).toBe(0);
});

const refused = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { encoding: 'utf8' });
if (refused.status !== 0) {
  process.stderr.write(`\nA FIRST PROCESS IS NOT TESTED HERE: no namespaces on this machine.\n${refused.stderr}\n\n`);
}

/** Whether a process handles a signal. Node handles SIGINT and SIGTERM from its start, with their default effect. */
function catches(pid: number, signal: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

describe.skipIf(refused.status !== 0 && process.env['CI'] === undefined)('the first process of a container', () => {
  /** Starts an app, and sends SIGTERM as soon as it handles the given signal. */
  async function endedWhileStarting(app: string, handled: 'SIGTERM' | 'SIGHUP') {
    const command = appCommand(app, true);
    const given = app === 'client' ? ['watch', '--brokers', '127.0.0.1:1:2:3'] : [];
    const unshared = ['--pid', '--fork', '--mount-proc', '--kill-child', process.execPath, ...command.args, ...given];
    const child = spawn('unshare', unshared, { cwd: command.cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'close');
    const children = `/proc/${child.pid}/task/${child.pid}/children`;
    const wait = { timeout: 30_000, interval: 1 };
    const pid = await vi.waitUntil(() => Number(readFileSync(children, 'utf8').trim()), wait);
    await vi.waitUntil(() => catches(pid, constants.signals[handled]), wait);
    process.kill(pid, 'SIGTERM');
    const [code] = (await ended) as [number | null];
    return { code, said };
  }

  // The program says nothing, because it has not begun to run.
  const atOnce = { code: 143, said: '' };

  // SIGHUP is the last signal that a program registers before it loads anything else.
  test.each(['broker', 'backup', 'op-server', 'calc-server', 'client'])(
    'the first process of a container ends by a signal that arrives while it loads its code (%s)',
    async (app) => {
      expect(await endedWhileStarting(app, 'SIGHUP')).toEqual(atOnce);
    },
  );

  test('the first process of a container ends by a signal that arrives while Node itself starts', async () => {
    expect(await endedWhileStarting('broker', 'SIGTERM')).toEqual(atOnce);
  });
});
