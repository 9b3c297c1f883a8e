import { describe, expect, test } from 'vitest';
import { brokerPair, next } from '../support/brokers.ts';
import { runApp } from '../support/run-app.ts';
import { clientOf, settled, system } from '../support/system.ts';

describe("the paper's scenes", () => {
  test('the paper’s first scene: a hypotenuse is answered, and each leg is squared by another op-server', async () => {
    const cluster = await system();
    await settled(await clientOf(cluster));
    const { code, out } = await runApp('client', ['hypotenuse', '12', '13', '--brokers', cluster.brokers]);
    expect(out).toBe('17.69180601295413\n');
    expect(code).toBe(0);
  });

  test('the paper’s second scene: without op-server 1 the answer comes before its 2 s timeout, and names the fallback', async () => {
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

  test('the paper’s third scene: without the primary the backup reports that it is active, and the next request is answered', async () => {
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
