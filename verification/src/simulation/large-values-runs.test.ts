import { limits } from '@cateto/contracts';
import { expect, test } from 'vitest';
import type { LargeValuesOptions } from './large-values.test-support.ts';
import { chunksOf, countPassing, expectEchoed, large, setUpLargeValues } from './large-values.test-support.ts';

/* How often a server runs a request whose values travel in chunks, with other servers that could run it too. */

const setUp = async (options: LargeValuesOptions) => await setUpLargeValues({ servers: 2, ...options });

/** By kind: how often the servers ran something. */
function counted(runs: readonly string[]): Readonly<Record<string, number>> {
  const of = (kind: string): number => runs.filter((name) => name.startsWith(kind)).length;
  return { calc: of('calc'), op: of('op'), fallback: of('fallback') };
}

test.each([
  ['the request of the client', 'calc.request.1', 'client'],
  ['the request of the calc-server', 'calc.mirror.request', 'calc'],
  ['the answer of the op-server', 'calc.mirror.result', 'op'],
  ['the answer of the calc-server', 'calc.echo.result', 'calc'],
  ['the confirmations and beats of the servers', 'calc.beat', ''],
  ['the confirmations of requesters', 'calc.cancel', ''],
])('a value is answered and runs once when a message of %s is lost', async (_what, topic, from) => {
  for (const lost of [[1], [3, 9], [5]]) {
    const { network, ask, settle, runs } = await setUp({ seed: lost.length });
    let passed = 0;
    network.lose((message) => {
      if (!message.topic.startsWith(topic) || !message.from.startsWith(from)) return false;
      passed += 1;
      return lost.includes(passed);
    });
    const asked = ask(large);
    await settle([asked]);
    expectEchoed(asked);
    expect(counted(runs), `lost ${lost.join(' ')}`).toEqual({ calc: 1, op: 1, fallback: 0 });
  }
});

test('a request with a large answer runs once, although its handler blocks and its answer takes long to arrive', async () => {
  const answerBytes = 2 * limits.unconfirmedBytesMax;
  const { ask, settle, runs } = await setUp({
    answerBytes,
    delayMs: [25, 30],
    work: (process) => process.block(1_000),
  });
  const all = [0, 1].map((index) => ask(100 + index));
  await settle(all);
  for (const asked of all) expectEchoed(asked);
  expect(counted(runs)).toEqual({ calc: 2, op: 2, fallback: 0 });
});

test('a value with more chunks than may be unconfirmed is answered and runs once, over a failover too', async () => {
  for (const at of [10, 35]) {
    const { network, ask, settle, runs, brokers } = await setUp({ seed: at });
    const size = limits.unconfirmedBytesMax + 3 * limits.chunkBytes;
    const sent = countPassing(network, 'calc.mirror.result', 'op', at, () => brokers[0].process.kill());
    const asked = ask(size);
    await settle([asked]);
    expectEchoed(asked);
    expect(sent.count).toBeGreaterThan(chunksOf(size));
    expect(counted(runs)).toEqual({ calc: 1, op: 1, fallback: 0 });
  }
});

test('an answer of which chunks are lost runs once, although its request is small', async () => {
  for (const lost of [[2], [40], [64, 65, 66]]) {
    const answerBytes = 2 * limits.unconfirmedBytesMax;
    const { network, ask, settle, runs } = await setUp({ seed: lost.length, answerBytes });
    let passed = 0;
    network.lose(({ topic, from }) => {
      if (!topic.startsWith('calc.mirror.result') || !from.startsWith('op')) return false;
      passed += 1;
      return lost.includes(passed);
    });
    const asked = ask(1);
    await settle([asked]);
    expectEchoed(asked);
    expect(counted(runs), `lost ${lost.join(' ')}`).toEqual({ calc: 1, op: 1, fallback: 0 });
  }
});

test.each(['op', 'calc'] as const)(
  'a server that drains (%s) stays until its large answers have arrived, and nothing runs twice',
  async (kind) => {
    for (let at = 1; at < 40; at += 3) {
      const { network, ask, settle, runs, ops, calcs } = await setUp({ seed: at });
      const topic = kind === 'op' ? 'calc.mirror.result' : 'calc.echo.result';
      const drained: string[] = [];
      const passing = countPassing(network, topic, kind, at, (from) => {
        const members = kind === 'op' ? ops : calcs;
        void members[Number(from.at(-1)) - 1]?.server.drain().then(() => drained.push(from));
      });
      const all = [0, 1, 2, 3].map((index) => ask(2 * large + index));
      await settle(all);
      for (const asked of all) expectEchoed(asked);
      expect(passing.count).toBeGreaterThan(at);
      expect(drained).toHaveLength(1);
      expect(counted(runs), `at ${at}`).toEqual({ calc: 4, op: 4, fallback: 0 });
    }
  },
);

test('values go on through the other broker soon after the active one hangs, and nothing runs twice', async () => {
  for (const at of [3, 25]) {
    const { network, ask, settle, runs, brokers } = await setUp({ seed: at });
    let hungMs = 0;
    countPassing(network, 'calc.request.1', 'client', at, () => {
      hungMs = network.nowMs();
      brokers[0].process.hang();
    });
    const all = Array.from({ length: 8 }, (_, index) => ask(large + index));
    await settle(all);
    for (const asked of all) expectEchoed(asked);
    const lastMs = Math.max(...all.map(({ atMs }) => atMs));
    expect(lastMs - hungMs, `at ${at}`).toBeLessThan(4_000);
    expect(counted(runs)).toEqual({ calc: 8, op: 8, fallback: 0 });
  }
});

test('a small request that is lost while large answers arrive is answered long before its deadline', async () => {
  const { network, ask, settle } = await setUp({});
  const count = 12;
  let passed = 0;
  network.lose(({ topic, from }) => {
    if (!topic.startsWith('calc.request.1') || from !== 'client') return false;
    passed += 1;
    return passed === count * chunksOf(large + 100) + 1;
  });
  const others = Array.from({ length: count }, (_, index) => ask(large + index));
  while (passed < count * chunksOf(large + 100)) await network.runTo(network.nowMs() + 10);
  const askedMs = network.nowMs();
  const asked = ask(10);
  await settle([asked, ...others]);
  for (const one of [asked, ...others]) expectEchoed(one);
  expect(passed).toBeGreaterThan(count * chunksOf(large + 100) + 1);
  expect(asked.atMs - askedMs).toBeLessThan(6_000);
});
