import { connect } from '@cateto/sdk';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { slowCatalogue } from '../support/slow-catalogue.ts';
import { system } from '../support/system.ts';

const program = fileURLToPath(new URL('../support/slow-server.ts', import.meta.url));

function startSlowServer(brokers: string): ChildProcess {
  const args = [
    '--conditions=@cateto/source',
    '--import',
    'tsx',
    program,
    '--brokers',
    brokers,
    '--log-level',
    'silent',
  ];
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
