import type { AppProcess } from '@cateto/cluster';
import { startProcess } from '@cateto/cluster';
import type { Client } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { slowCatalogue } from '@cateto/verification/support/slow-catalogue.ts';

/* Processes that serve the slow catalogue, and clients of it. They end with the test. */

const folder = fileURLToPath(new URL('../..', import.meta.url));

/** Starts a program, and waits until it listens. A source of this folder needs tsx, a bundle of one starts sooner. */
export async function serverOf(program: string, brokers: string, ...args: readonly string[]): Promise<AppProcess> {
  const start = program.endsWith('.ts') ? ['--conditions=@cateto/source', '--import', 'tsx', program] : [program];
  const server = startProcess({
    name: 'server',
    cwd: folder,
    args: [...start, ...args, '--brokers', brokers, '--log', 'json'],
  });
  onTestFinished(async () => {
    server.kill('SIGKILL');
    await server.ended;
  });
  await server.waitFor('ready');
  return server;
}

export async function slowClientOf(brokers: string): Promise<Client<typeof slowCatalogue>> {
  const client = await connect({ catalogue: slowCatalogue, brokers, timeoutMs: 60_000 });
  onTestFinished(() => client.close());
  return client;
}
