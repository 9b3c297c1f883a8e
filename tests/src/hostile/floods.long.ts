import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { startLoad } from '@cateto/verification/support/load.ts';
import { clientOf, settled, system } from '../support/system.ts';
import type { FloodName } from './floods.ts';
import { floods } from './floods.ts';
import { memoryOf } from './memory.ts';

/*
 * Peers without keys that send as much as they can to both brokers, from a process of their own, while a client sends
 * requests. All requests are answered, the brokers stay small, and none of them takes the other one for dead. ADR 57 has
 * the figures without the bounds.
 */

const names = Object.keys(floods) as FloodName[];
const eachMs = 2_000;
const togetherMs = 6_000;
/** Without the bounds, a broker took 497 MiB here, and 827 after longer floods. */
const peakMebibytesMax = 450;

test('under floods no broker takes over or grows, and honest requests are answered', async () => {
  const takeovers: string[] = [];
  const cluster = await system({
    // The other one is taken for dead after a second and not after 200 ms, because the machine may be busy with other
    // tests. The floods that caused takeovers stopped a broker for longer.
    environment: { CATETO_PEER_LOST_MS: '1000' },
    onEvent: (name, { event }) => {
      if (event === 'active') takeovers.push(name);
    },
  });
  const client = await clientOf(cluster, 20_000);
  await settled(client);
  const load = startLoad(client, 50);
  const { broker: before } = memoryOf(cluster);

  async function flood(ms: number, ...of: readonly FloodName[]): Promise<void> {
    const program = ['--conditions=@cateto/source', '--import', 'tsx', 'src/hostile/flood-program.ts'];
    const child = spawn(process.execPath, [...program, cluster.brokers, String(ms), ...of], { stdio: 'inherit' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    await load.answered(20);
    const { broker, backup } = memoryOf(cluster);
    tell({ what: of.length > 1 ? 'all at once' : of[0], broker, backup, takeovers });
  }

  for (const name of names) await flood(eachMs, name);
  await flood(togetherMs, ...names);
  const account = await load.stop();
  tell({ before, account });
  expect(account).toMatchObject({ wrong: 0, twice: 0, failed: {}, answered: account.asked });
  expect(takeovers).toEqual(['broker']);
  for (const [name, { peak }] of Object.entries(memoryOf(cluster))) {
    expect(peak, `${name}: MiB at most`).toBeLessThan(peakMebibytesMax);
  }
}, 300_000);

/** With CATETO_HOSTILE_FIGURES set: the figures of docs/verification-log.md. */
function tell(figures: object): void {
  if (process.env['CATETO_HOSTILE_FIGURES'] !== undefined) process.stderr.write(`${JSON.stringify(figures)}\n`);
}
