import { connect } from '@cateto/sdk';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { slowCatalogue } from '@cateto/verification/support/slow-catalogue.ts';
import { bundled } from '../../../vitest.programs.ts';
import { system } from '../support/system.ts';

const program = bundled(new URL('../support/slow-server.ts', import.meta.url));

function startSlowServer(brokers: string, ...more: readonly string[]): ChildProcess {
  const args = [program, '--brokers', brokers, '--log-level', 'silent', ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** A client of the slow server, and a function that waits until the server is not listed any more. */
async function clientOf(brokers: string) {
  let listed = false;
  let changed: (() => void) | undefined;
  const client = await connect({
    catalogue: slowCatalogue,
    brokers,
    timeoutMs: 30_000,
    onEvent({ event }) {
      if (event !== 'listener-up' && event !== 'listener-down') return;
      listed = event === 'listener-up';
      changed?.();
    },
  });
  onTestFinished(() => client.close());
  async function unlisted(): Promise<void> {
    while (listed) await new Promise<void>((resolve) => (changed = resolve));
  }
  return { client, unlisted };
}

/** On a busy machine a broker may lose a server for a moment, so a server that is not listed may not drain yet. */
async function draining(server: ChildProcess): Promise<void> {
  expect((await once(server, 'message'))[0]).toBe('draining');
}

/** Two slow servers, what they have said so far, and a call that one of them computes. */
async function callOfTwo(drainMs: number) {
  const { brokers } = await system({ initially: ['broker', 'backup'] });
  const servers = [1, 2].map(() => startSlowServer(brokers, '--drain', `${drainMs}`));
  const { client } = await clientOf(brokers);
  const said: { readonly server: ChildProcess; readonly what: unknown }[] = [];
  let changed: (() => void) | undefined;
  for (const server of servers) {
    server.on('message', (what) => {
      said.push({ server, what });
      changed?.();
    });
  }
  const runs = (): readonly ChildProcess[] => said.filter(({ what }) => what === 'running').map(({ server }) => server);
  async function until(is: () => boolean): Promise<void> {
    while (!is()) await new Promise<void>((resolve) => (changed = resolve));
  }
  const asked = client.patience(7);
  await until(() => runs().length > 0);
  const [holder] = runs();
  if (holder === undefined) throw new Error('a server runs the call');
  const isDraining = (): boolean => said.some(({ server, what }) => server === holder && what === 'draining');
  return { asked, holder, runs, until, isDraining };
}

describe('SIGTERM in the middle of a request', () => {
  test('after SIGTERM a server answers its running request, then ends with 0', async () => {
    const { brokers } = await system({ initially: ['broker', 'backup'] });
    const server = startSlowServer(brokers);
    const { client, unlisted } = await clientOf(brokers);
    const asked = client.patience(7);
    await once(server, 'message');
    const exited = once(server, 'exit');
    server.kill('SIGTERM');
    await draining(server);
    await unlisted();
    await expect(client.patience(8, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'no-listener' });
    server.send('release');
    expect((await asked).value).toBe(7);
    expect(await exited).toEqual([0, null]);
  });

  test('a second signal ends a draining server at once', async () => {
    const { brokers } = await system({ initially: ['broker', 'backup'] });
    const server = startSlowServer(brokers);
    const { client } = await clientOf(brokers);
    const hurry = new AbortController();
    const asked = client.patience(7, { signal: hurry.signal });
    await once(server, 'message');
    const exited = once(server, 'exit');
    server.kill('SIGTERM');
    // A second signal before the first one is handled would be merged with it.
    await draining(server);
    server.kill('SIGTERM');
    expect(await exited).toEqual([143, null]);
    hurry.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled', mayHaveRun: true });
  });
});

describe('SIGTERM to one of two servers', () => {
  test('work that outlasts the drain time runs once more, on the other server', async () => {
    const { asked, holder, runs, until } = await callOfTwo(1_000);
    const exited = once(holder, 'exit');
    holder.kill('SIGTERM');
    await until(() => runs().length > 1);
    expect(await exited).toEqual([0, null]);
    const [, other] = runs();
    expect(other).not.toBe(holder);
    other?.send('release');
    expect((await asked).value).toBe(7);
    expect(runs()).toHaveLength(2);
  });

  test('work that ends within the drain time runs once', async () => {
    const { asked, holder, runs, until, isDraining } = await callOfTwo(20_000);
    const exited = once(holder, 'exit');
    holder.kill('SIGTERM');
    await until(isDraining);
    holder.send('release');
    expect((await asked).value).toBe(7);
    expect(await exited).toEqual([0, null]);
    expect(runs()).toHaveLength(1);
  });

  test('work of a server that is killed while it drains runs on the other server long before the drain time ends', async () => {
    const { asked, holder, runs, until, isDraining } = await callOfTwo(3_600_000);
    holder.kill('SIGTERM');
    await until(isDraining);
    const killedMs = performance.now();
    holder.kill('SIGKILL');
    await until(() => runs().length > 1);
    // At once if the broker notices that the process has ended; else when the announced silence of 2 s is over.
    expect(performance.now() - killedMs).toBeLessThan(10_000);
    const [, other] = runs();
    expect(other).not.toBe(holder);
    other?.send('release');
    expect((await asked).value).toBe(7);
    expect(runs()).toHaveLength(2);
  });
});
