import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { compile } from '../support/compile.ts';
import { brokerPair, next } from '../support/brokers.ts';
import { endpointsOf } from '@cateto/verification/support/endpoints.ts';
import { rawPeer, rawSubscriber } from '../support/raw.ts';
import { runApp } from '../support/run-app.ts';
import { clientOf, settled, system } from '../support/system.ts';

/* The thirteen faults of the paper's system, by their numbers in docs/faults.md. Each test shows that one is solved. */

describe('fault 1, the wrong topic', () => {
  const program = (topic: string, message: string): string => `
    import { open } from '@cateto/bus';
    import { nodePlatform, zeromqLink } from '@cateto/bus/node';
    import { calculator } from '@cateto/contracts';
    const system = { catalogue: calculator, openLink: zeromqLink([]), platform: nodePlatform };
    const client = open({ role: 'client', ...system, onEvent: () => undefined });
    client.publish('${topic}', 'k3f0q9x2m1zd', ${message}, 12);
  `;

  test("fault 1, the wrong topic: the paper's client does not compile, and the error names its topic and the allowed ones", () => {
    const said = compile(program('calc.square.request.1', '{ seq: 1, contract: 1, input: 12, ttlMs: 1000 }'));
    expect(said).toContain('"calc.square.request.1"');
    expect(said).toContain('"calc.request.1"');
  });

  test('fault 1, the wrong topic: the corrected client compiles', () => {
    const leg = "{ seq: 1, formula: 'hypotenuse', contract: 1, operands: 2, value: 12, ttlMs: 1000 }";
    expect(compile(program('calc.request.1', leg))).toBe('');
  });
});

test('fault 2, only one broker: a client uses the backup when there is no primary', async () => {
  const cluster = await system({ initially: ['backup', 'op-server-1', 'op-server-2', 'calc-server'] });
  const client = await clientOf(cluster, 30_000);
  expect((await client.hypotenuse(12, 13)).value).toBe(17.69180601295413);
});

test('fault 3, no request ids: of two clients that send requests at once each gets its own answers', async () => {
  const cluster = await system();
  const clients = [await clientOf(cluster), await clientOf(cluster)];
  const asked = clients.flatMap((client, which) =>
    Array.from({ length: 300 }, async (_, index) => {
      const leg = 1 + index * 2 + which;
      const { value, id } = await client.hypotenuse(3 * leg, 4 * leg);
      expect(id.startsWith(client.address)).toBe(true);
      expect(value).toBe(5 * leg);
    }),
  );
  await Promise.all(asked);
});

describe('fault 4, no timeout', () => {
  test('fault 4, no timeout: a client fails at its deadline when no server listens, and the message says so', async () => {
    const cluster = await system({ initially: ['broker', 'backup'] });
    const client = await clientOf(cluster);
    await expect(client.hypotenuse(12, 13, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'no-listener',
      retryable: true,
      mayHaveRun: false,
    });
  });

  test('fault 4, no timeout: a client without a broker fails at its deadline, with exit code 4 on the command line', async () => {
    const cluster = await system({ initially: [] });
    const args = ['hypotenuse', '12', '13', '--timeout', '300', '--brokers', cluster.brokers];
    const { code, out, said } = await runApp('client', args);
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(said).toMatch(
      /no active broker was reached within 300 ms \((?:127.0.0.1:\d+: connect ECONNREFUSED[^;]*(?:; )?){2}\)\n$/,
    );
  });
});

test('fault 5, no checks: garbage is dropped and counted, and servers continue', async () => {
  const cluster = await system();
  const client = await clientOf(cluster);
  await settled(client);
  const peer = rawPeer(cluster.brokers);
  for (const prefix of ['calc.request.1.', 'calc.square.request.1.']) {
    const topic = await peer.topicOf(prefix);
    for (const body of ['twelve', '', new Uint8Array([0xc1]), new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff])]) {
      await peer.send(topic, body);
    }
    await peer.send(topic);
    await peer.send(topic, 'a', 'b');
  }
  for (const name of ['calc-server', 'op-server-1']) {
    expect(await cluster.get(name).waitFor('message-dropped')).toMatchObject({ cause: 'not-messagepack' });
  }
  const { active } = await brokerPair(cluster);
  expect(await active.waitFor('message-dropped')).toMatchObject({
    cause: expect.stringMatching(/frames/),
  });
  expect((await client.hypotenuse(12, 13)).fallbacks).toEqual([]);
});

test('fault 6, one at a time: hundreds of requests overlap, also while an op-server is down', async () => {
  const cluster = await system();
  const client = await clientOf(cluster);
  await settled(client);
  await cluster.kill('op-server-1', 'SIGKILL');
  const startMs = performance.now();
  const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => client.hypotenuse(3 * index, 4 * index)));
  expect(answers.map(({ value }) => value)).toEqual(Array.from({ length: 300 }, (_, index) => 5 * index));
  // The paper's system takes 300 times 2.1 s.
  expect(performance.now() - startMs).toBeLessThan(10_000);
});

test('fault 7, sleeps for slow joiners: the first request of every new client is answered', async () => {
  const cluster = await system();
  await cluster.ready();
  for (let fresh = 0; fresh < 20; fresh += 1) {
    const client = await clientOf(cluster);
    expect((await client.hypotenuse(12, 13)).value).toBe(17.69180601295413);
    await client.close();
  }
});

test('fault 8, lost requests: requests in flight when the primary is killed are answered', async () => {
  const cluster = await system();
  const client = await clientOf(cluster);
  await settled(client);
  const pair = await brokerPair(cluster);
  const asked = Array.from({ length: 500 }, (_, index) => client.hypotenuse(3 * index, 4 * index));
  const { active } = pair;
  active.kill('SIGKILL');
  const answers = await Promise.all(asked);
  expect(answers.map(({ value }) => value)).toEqual(Array.from({ length: 500 }, (_, index) => 5 * index));
});

test('fault 9, two active brokers: of two active brokers that hear each other, one steps down', async () => {
  const cluster = await system();
  const client = await clientOf(cluster);
  await settled(client);
  const { active, standby, epoch } = await brokerPair(cluster);
  const takeover = next(standby, 'active');
  active.kill('SIGSTOP');
  await takeover;
  const stepDown = next(active, 'standby');
  active.kill('SIGCONT');
  expect(await stepDown).toMatchObject({ epoch, cause: 'higher-epoch' });
  const after = await brokerPair(cluster);
  expect(after.active.name).toBe(standby.name);
});

test('fault 10, prefix matching: a subscriber does not receive a topic that only begins like its own', async () => {
  const cluster = await system();
  const client = await clientOf(cluster);
  await settled(client);
  const peer = rawPeer(cluster.brokers);
  const topic = await peer.topicOf('calc.request.1.');
  const subscriber = rawSubscriber(cluster.brokers, topic);
  const received = subscriber.receive();
  let first: string | undefined;
  void received.then(([heard]) => (first = heard?.toString()));
  // The broker learns of the subscription after some time. From then on the right topic gets through.
  while (first === undefined) {
    await peer.send(topic.replace('calc.request.1.', 'calc.request.10.'), 'ten');
    await peer.send(topic, 'one');
    await client.hypotenuse(12, 13);
  }
  expect(first).toBe(topic);
});

test('fault 11, overflow: legs of 3e200 and 4e200 have a hypotenuse of 5e200, and the smallest doubles have theirs', async () => {
  const cluster = await system();
  const client = await clientOf(cluster);
  expect((await client.hypotenuse(3e200, 4e200)).value).toBe(5e200);
  expect((await client.hypotenuse(3e-200, 4e-200)).value).toBe(5e-200);
  expect((await client.leg(1e8 + 1, 1e8)).value).toBe(Math.sqrt(2e8 + 1));
});

describe('fault 12, open ports', () => {
  test('fault 12, open ports: a broker refuses an address that other hosts can reach, without --insecure', async () => {
    const cluster = await system({ initially: [] });
    for (const app of ['broker', 'backup']) {
      const { code, said } = await runApp(app, ['--brokers', cluster.brokers], { CATETO_BIND: '0.0.0.0' });
      expect(code).toBe(2);
      expect(said).toMatch(/^[^\n]*CATETO_BIND[^\n]*0\.0\.0\.0[^\n]*--insecure[^\n]*\n$/);
    }
  });

  test('fault 12, open ports: a broker listens on its loopback address and on no other', async () => {
    const cluster = await system({ initially: ['broker'] });
    await cluster.ready();
    const [{ publishPort, subscribePort, heartbeatPort }] = endpointsOf(cluster.brokers);
    for (const port of [publishPort, subscribePort, heartbeatPort]) {
      expect(await isOpen('127.0.0.1', port)).toBe(true);
      expect(await isOpen('127.0.0.2', port)).toBe(false);
    }
  });
});

test('fault 13, four decimals: the wire carries the whole double, and the screen shows the chosen digits', async () => {
  const cluster = await system();
  const client = await clientOf(cluster);
  const results: unknown[] = [];
  const watch = client.watch(({ topic, message }) => {
    if (topic === 'calc.hypotenuse.result') results.push(message.value);
  });
  while (results.length === 0) expect((await client.hypotenuse(12, 13)).value).toBe(17.69180601295413);
  expect(results).toContain(17.69180601295413);
  await watch.close();
  const args = ['hypotenuse', '12', '13', '--digits', '4', '--brokers', cluster.brokers];
  expect((await runApp('client', args)).out).toBe('17.6918\n');
});

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
