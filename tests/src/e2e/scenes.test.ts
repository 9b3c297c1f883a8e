import { describe, expect, test } from 'vitest';
import { brokerPair, next } from '../support/brokers.ts';
import { runApp } from '../support/run-app.ts';
import { clientOf, settled, system } from '../support/system.ts';

describe("the paper's scenes", () => {
  test('a hypotenuse is answered, each leg squared by an op-server of its own', async () => {
    const cluster = await system();
    await settled(await clientOf(cluster));
    const { code, out } = await runApp('client', ['hypotenuse', '12', '13', '--brokers', cluster.brokers]);
    expect(out).toBe('17.69180601295413\n');
    expect(code).toBe(0);
  });

  test('with op-server 1 dead it is answered without waiting for the 2 s of its timeout, and says so', async () => {
    const cluster = await system();
    const client = await clientOf(cluster);
    await settled(client);
    await cluster.kill('op-server-1', 'SIGKILL');
    const answer = await client.hypotenuse(12, 13);
    expect(answer).toMatchObject({ value: 17.69180601295413, fallbacks: [1] });
    expect(answer.elapsedMs).toBeLessThan(2_000);
    const logged = await cluster
      .get('calc-server')
      .waitFor('fallback', ({ lane, operation }) => lane === 1 && operation === 'square');
    expect(logged).toMatchObject({ cause: 'no-listener' });
  });

  test('with the primary broker dead the backup announces that it is active and the next request is answered', async () => {
    const cluster = await system();
    const client = await clientOf(cluster);
    await settled(client);
    const { active, standby, epoch } = await brokerPair(cluster);
    const takeover = next(standby, 'active');
    active.kill('SIGKILL');
    const answer = await client.hypotenuse(12, 13);
    expect(answer).toMatchObject({ value: 17.69180601295413, fallbacks: [] });
    expect(await takeover).toMatchObject({ epoch: epoch + 1 });
  });
});
