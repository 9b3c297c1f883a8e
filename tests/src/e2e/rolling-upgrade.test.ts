import type { BusEvent } from '@cateto/bus';
import type { AppProcess } from '@cateto/cluster';
import { startProcess } from '@cateto/cluster';
import type { Client } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Changed, Release, ReleaseCatalogue } from '../support/release-catalogues.ts';
import { factors, releaseCatalogue } from '../support/release-catalogues.ts';
import { bundled } from '../../../vitest.programs.ts';
import { system } from '../support/system.ts';

const program = bundled(new URL('../support/release-server.ts', import.meta.url));

/** Far longer than any test takes, so that no fallback after it is caused by a contract. */
const operationTimeoutMs = 60_000;

interface Upgrade {
  server(release: Release, serves: 'operations' | 'formulas'): Promise<AppProcess>;
  client(release: Release, onEvent?: (event: BusEvent) => void): Promise<Client<ReleaseCatalogue>>;
}

/** A system with two releases that differ in one contract. */
async function upgrade(changed: Changed): Promise<Upgrade> {
  const { brokers } = await system({ initially: ['broker', 'backup'] });
  return {
    async server(release, serves) {
      const started = startProcess({
        name: `${release} ${serves}`,
        cwd: '.',
        args: [program, '--brokers', brokers, '--log', 'json'],
        environment: {
          RELEASE: release,
          CHANGED: changed,
          SERVES: serves,
          CATETO_OPERATION_TIMEOUT_MS: String(operationTimeoutMs),
        },
      });
      onTestFinished(() => started.kill('SIGKILL'));
      await started.waitFor('ready');
      return started;
    },
    async client(release, onEvent) {
      const { catalogue } = releaseCatalogue(release, changed);
      const client = await connect({ catalogue, brokers, timeoutMs: 30_000, ...(onEvent && { onEvent }) });
      onTestFinished(() => client.close());
      return client;
    },
  };
}

const many = Array.from({ length: 40 }, (_, index) => index + 1);

interface Answered {
  readonly asked: number;
  readonly by: Release;
  readonly value: number;
  readonly fellBack: boolean;
}

function askMany(client: Client<ReleaseCatalogue>): Promise<Answered[]> {
  return Promise.all(
    many.map(async (asked) => {
      const { value: answer, fallbacks } = await client.scaled(asked);
      return { asked, ...answer, fellBack: fallbacks.length > 0 };
    }),
  );
}

/** Sends requests until the system answers as expected: programs that have just started may not have been found yet. */
async function askUntil(
  client: Client<ReleaseCatalogue>,
  meant: (answers: Answered[]) => boolean,
): Promise<Answered[]> {
  const untilMs = performance.now() + 20_000;
  for (;;) {
    const answers = await askMany(client);
    // Whichever program answers or computes, no value is read with the other release's meaning.
    for (const { asked, by, value } of answers) expect(value).toBe(asked * factors[by]);
    if (meant(answers) || performance.now() > untilMs) return answers;
  }
}

function byBoth(answers: readonly Answered[]): boolean {
  return new Set(answers.map(({ by }) => by)).size === 2;
}

async function ended(...processes: readonly AppProcess[]): Promise<void> {
  for (const one of processes) one.kill('SIGKILL');
  await Promise.all(processes.map((one) => one.ended));
}

describe('a rolling upgrade of a formula', () => {
  test('during the upgrade of a formula each client is answered by its own release, and waits while that has no server', async () => {
    const { server, client } = await upgrade('formula');
    const [oldServer] = await Promise.all([
      server('old', 'formulas'),
      server('new', 'formulas'),
      server('old', 'operations'),
    ]);
    const { address } = await oldServer.waitFor('ready');
    let gone: (() => void) | undefined;
    const withdrawn = new Promise<void>((resolve) => (gone = resolve));
    const onEvent = (noticed: BusEvent): void => {
      if (noticed.event === 'listener-down' && noticed.address === address) gone?.();
    };
    const [oldClient, newClient] = await Promise.all([client('old', onEvent), client('new')]);

    const [ofOld, ofNew] = await Promise.all([askMany(oldClient), askMany(newClient)]);
    expect(ofOld).toEqual(many.map((asked) => expect.objectContaining({ asked, by: 'old', value: asked * 2 })));
    expect(ofNew).toEqual(many.map((asked) => expect.objectContaining({ asked, by: 'new', value: asked * 2 })));

    await ended(oldServer);
    // If the request had been sent before that, the server would have received it, and might have run it without an
    // answer.
    await withdrawn;
    await expect(oldClient.scaled(1, { timeoutMs: 500 })).rejects.toMatchObject({
      code: expect.stringMatching(/^(contract-mismatch|no-listener)$/),
      mayHaveRun: false,
    });
    const held = oldClient.scaled(5);
    expect((await askMany(newClient)).every(({ by }) => by === 'new')).toBe(true);
    await server('old', 'formulas');
    expect((await held).value).toEqual({ by: 'old', value: 10 });
  });
});

describe('a rolling upgrade of an operation', () => {
  test('during the upgrade of an operation each calc-server uses op-servers of its own release, or computes itself', async () => {
    const { server, client } = await upgrade('operation');
    const [oldOperations, newOperations, oldFormulas, newFormulas] = await Promise.all([
      server('old', 'operations'),
      server('new', 'operations'),
      server('old', 'formulas'),
      server('new', 'formulas'),
    ]);
    // The formula has one contract in both releases, so either server may answer.
    const asking = await client('new');

    const together = await askUntil(asking, (answers) => byBoth(answers) && !answers.some(({ fellBack }) => fellBack));
    expect(byBoth(together)).toBe(true);
    expect(together.some(({ fellBack }) => fellBack)).toBe(false);

    await ended(oldOperations);
    const oldAlone = await askUntil(asking, (answers) => byBoth(answers) && fellBackOnly(answers, 'old'));
    expect(oldAlone.filter(({ fellBack }) => fellBack).every(({ by }) => by === 'old')).toBe(true);
    expect(fellBackOnly(oldAlone, 'old')).toBe(true);

    await Promise.all([ended(newOperations), server('old', 'operations')]);
    const newAlone = await askUntil(asking, (answers) => byBoth(answers) && fellBackOnly(answers, 'new'));
    expect(fellBackOnly(newAlone, 'new')).toBe(true);

    for (const calc of [oldFormulas, newFormulas]) {
      // The log is read after the answers have arrived.
      await calc.waitFor('fallback');
      const causes = calc.events.filter(({ event }) => event === 'fallback').map(({ cause }) => cause);
      expect(['contract-mismatch', 'no-listener']).toEqual(expect.arrayContaining([...new Set(causes)]));
    }
  });
});

function fellBackOnly(answers: readonly Answered[], release: Release): boolean {
  return answers.every(({ by, fellBack }) => fellBack === (by === release));
}
