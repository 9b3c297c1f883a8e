import { expect, test, vi } from 'vitest';
import { fatalInput } from '@cateto/verification/support/slow-catalogue.ts';
import { bundled } from '../../../vitest.programs.ts';
import { serverOf, slowClientOf } from '../support/slow-servers.ts';
import { system } from '../support/system.ts';

/* Requests whose handler ends the process in which it runs (docs/decisions/0030-a-request-that-ends-its-server.md). */

const fatalServer = bundled(new URL('../support/fatal-server.ts', import.meta.url));

test.each([
  ['servers', 'op'],
  ['servers in worker threads', 'thread'],
] as const)(
  'a request that ends its %s settles before it has ended all of them, and every other request is answered',
  async (_what, kind) => {
    const { brokers } = await system({ initially: ['broker', 'backup'] });
    const calc = await serverOf(fatalServer, brokers, 'calc');
    const servers = await Promise.all(Array.from({ length: 6 }, () => serverOf(fatalServer, brokers, kind)));
    const exits: unknown[] = [];
    for (const server of [calc, ...servers]) void server.ended.then((code) => exits.push(code));
    const client = await slowClientOf(brokers);
    await client.patience(0);

    let settled = false;
    const fatal = client.patience(fatalInput).catch((error: unknown) => error);
    void fatal.then(() => (settled = true));
    const answers: number[] = [];
    for (let value = 100; !settled; value += 1) {
      const asked = Array.from({ length: 20 }, async (_, index) => (await client.patience(value + index / 100)).value);
      answers.push(...(await Promise.all(asked)));
    }
    expect(await fatal).toMatchObject({ code: 'server-lost', mayHaveRun: true, retryable: false });
    expect(answers.length).toBeGreaterThan(0);

    await vi.waitUntil(() => exits.length >= 3, { timeout: 30_000 });
    expect((await client.patience(7)).value).toBe(7);
    // Three, unless a busy machine kept the broker from recognising one of the ends as the end of a process.
    expect(exits).toHaveLength(3);
  },
);
