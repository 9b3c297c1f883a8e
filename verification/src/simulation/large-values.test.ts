import { addressed, limits, writeChunk } from '@cateto/contracts';
import { expect, test } from 'vitest';
import { chunksOf, countPassing, expectEchoed, large, setUpLargeValues } from './large-values.test-support.ts';

/* Values that travel in chunks, over failovers, losses and hostile senders: the whole system in virtual time. */

test('a large value is answered, each hop sends it once, and each server runs once', async () => {
  const { network, ask, runs, dropped } = await setUpLargeValues();
  const hops = [
    countPassing(network, 'calc.request.1', 'client'),
    countPassing(network, 'calc.mirror.request', 'calc-1'),
    countPassing(network, 'calc.mirror.result', 'op-1'),
    countPassing(network, 'calc.echo.result', 'calc-1'),
  ];
  const asked = ask(large);
  await network.runTo(6_000);
  expectEchoed(asked);
  expect(runs).toEqual(['calc-1', 'op-1']);
  expect(hops.map(({ count }) => count)).toEqual(Array.from({ length: 4 }, () => chunksOf(large + 100)));
  expect(dropped).toEqual([]);
});

test.each([
  ['the request of the client', 'calc.request.1', 'client'],
  ['the request of the calc-server', 'calc.mirror.request', 'calc-1'],
  ['the answer of the op-server', 'calc.mirror.result', 'op-1'],
  ['the answer of the calc-server', 'calc.echo.result', 'calc-1'],
])(
  'a value is answered, and each server runs it once, when the broker dies in the middle of %s',
  async (_hop, topic, from) => {
    for (const at of [1, 3, 5]) {
      const { network, ask, runs, brokers } = await setUpLargeValues({ seed: at });
      countPassing(network, topic, from, at, () => brokers[0].process.kill());
      const asked = ask(large);
      await network.runTo(8_000);
      expectEchoed(asked);
      expect(runs.toSorted(), `chunk ${at}`).toEqual(['calc-1', 'op-1']);
    }
  },
);

test('a value for a server that stops goes to another server', async () => {
  const { network, ask, calcs, runs } = await setUpLargeValues({ seed: 3, servers: 2 });
  let stopped = false;
  network.lose(({ topic, to }) => {
    const target = calcs.findIndex((_calc, index) => to === `calc-${index + 1}`);
    if (!stopped && topic.startsWith('calc.request.1') && target >= 0) {
      stopped = true;
      calcs[target]?.process.stop();
    }
    return false;
  });
  const asked = ask(large);
  await network.runTo(12_000);
  expectEchoed(asked);
  expect(runs.filter((name) => name.startsWith('calc'))).toHaveLength(1);
});

test('twenty values at once are answered, and each is sent once', async () => {
  const { network, ask, runs, tables } = await setUpLargeValues({ seed: 2 });
  const sent = countPassing(network, 'calc.request.1', 'client');
  const all = Array.from({ length: 20 }, (_, index) => ask(large + index));
  await network.runTo(10_000);
  for (const asked of all) expectEchoed(asked);
  expect(sent.count).toBe(20 * chunksOf(large + 100));
  expect(runs).toHaveLength(40);
  expect(tables()).toMatchObject({ 'large messages': 0, 'incomplete bodies': 0 });
});

test('strangers that send chunks without end do not keep a value from being answered', async () => {
  const { network, ask, dropped } = await setUpLargeValues({ seed: 5 });
  const process = network.spawn('stranger');
  const calc: string[] = [];
  const link = network.openLink(process)(
    {
      message: () => undefined,
      subscription: (topic, on) => {
        if (on && topic.startsWith('calc.request.1.')) calc.push(topic.slice(-12));
      },
      reconnected: () => undefined,
      dropped: () => undefined,
    },
    { asks: true, serves: false },
  );
  await network.runTo(1_500);
  const bytes = new Uint8Array(limits.chunkBytes);
  let body = 0;
  const flood = (): void => {
    body += 1;
    const sender = `stranger${String(body % 1_000).padStart(4, '0')}`;
    const topic = addressed('calc.request.1', calc[0] ?? '');
    const count = limits.chunksMax;
    for (const chunk of [
      { sender, body, index: 0, count, bytes },
      { sender, body, index: 0, count, bytes },
      { sender, body, index: 7, count, bytes },
      { sender, body: 2 ** 53 - 1, index: 2 ** 31, count: 2 ** 53 - 1, bytes },
      { sender, body: 2 ** 53 - 1, index: 0, count: 2 ** 53 - 1, bytes },
      { sender, body: -1, index: 0, count, bytes },
    ]) {
      link.publish(topic, writeChunk(chunk));
    }
    process.platform.after(100, flood);
  };
  flood();
  const asked = ask(large);
  await network.runTo(6_000);
  expectEchoed(asked);
  expect(dropped.length).toBeGreaterThan(0);
});
