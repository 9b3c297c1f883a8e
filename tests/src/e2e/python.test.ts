import type { Cluster } from '@cateto/cluster';
import { calculator, createCodec, hashOf } from '@cateto/contracts';
import type { ServerView } from '@cateto/sdk';
import { describe, expect, test } from 'vitest';
import { brokerPair, next } from '../support/brokers.ts';
import { startLoad } from '@cateto/verification/support/load.ts';
import type { PythonServer } from '../support/python.ts';
import { pythonRefused, startPython } from '../support/python.ts';
import { rawPeer, rawSubscriber } from '../support/raw.ts';
import { clientOf, settled, system } from '../support/system.ts';

/* The op-server in examples/python, written from docs/wire.md alone, in a system of this workspace. */

const refused = pythonRefused();
if (refused !== undefined) {
  process.stderr.write(
    `\nTHE SERVER IN PYTHON IS NOT TESTED HERE: python3-zmq or python3-msgpack is missing.\n${refused}\n\n`,
  );
}

const odd = [1, 3, 5, 7];
const contract = hashOf(calculator, 'square');

/** A system without op-servers for the odd lanes, which Python serves. */
async function systemWithoutOddLanes(): Promise<Cluster> {
  const cluster = await system({ initially: ['broker'] });
  await cluster.get('broker').waitFor('active');
  for (const name of ['backup', 'op-server-2', 'calc-server']) cluster.start(name);
  await cluster.ready();
  return cluster;
}

/** A raw requester. It records results and beats, each with its topic without the address. */
async function requesterOf(cluster: Cluster, python: PythonServer) {
  const me = 'somebodyelse';
  const topic = `calc.square.request.1.${python.address}`;
  const hello = `calc.hello.${me}`;
  const codec = createCodec();
  const peer = rawPeer(cluster.brokers);
  const ear = rawSubscriber(cluster.brokers, `calc.square.result.1.${me}`);
  ear.subscribe(`calc.beat.${me}`);
  ear.subscribe(hello);
  await peer.topicOf(topic);
  let heard = false;
  const first = ear.receive().then(() => (heard = true));
  while (!heard) await Promise.all([peer.send(hello, ''), new Promise((resolve) => setImmediate(resolve))]);
  await first;
  const cancelTopic = `calc.cancel.${python.address}`;
  await peer.topicOf('calc.cancel');
  return {
    /** Cancels requests of its own, or as somebody else. */
    cancel: (seqs: readonly number[], sender = me) => peer.send(cancelTopic, codec.encode(sender, 1, [[seqs]])),
    send: (settledBelow: number, ...requests: readonly unknown[][]) =>
      peer.send(topic, codec.encode(me, settledBelow, requests)),
    sendWith: (settledBelow: number, stragglers: readonly number[], ...requests: readonly unknown[][]) =>
      peer.send(topic, codec.encode(me, settledBelow, requests, stragglers)),
    async hear(): Promise<readonly [topic: string, messages: readonly unknown[]]> {
      for (;;) {
        const [to = '', body] = await ear.receive();
        if (to.toString() === hello) continue;
        const batch = codec.decode(body ?? new Uint8Array());
        if (typeof batch === 'string') throw new Error(batch);
        expect(batch.sender).toBe(python.address);
        return [to.toString().slice(0, -me.length - 1), batch.messages];
      }
    },
  };
}

// In CI, missing packages fail the test: .ci/run installs them.
describe.skipIf(refused !== undefined && process.env.CI === undefined)('an op-server in Python', () => {
  test('an op-server in Python shares the load with others, survives a failover under load, and drains', async () => {
    const cluster = await systemWithoutOddLanes();
    const python = await startPython(cluster.brokers, odd);
    const client = await clientOf(cluster);
    await settled(client);
    const load = startLoad(client, 200);
    await load.answered(200);
    const { active, standby } = await brokerPair(cluster);
    const takeover = next(standby, 'active');
    active.kill('SIGKILL');
    await takeover;
    await load.answered(200);
    const account = await load.stop();
    expect(account).toMatchObject({ wrong: 0, twice: 0, failed: {}, answered: account.asked });
    await settled(client);

    const { servers } = await client.status();
    const itself = servers.find(({ pid }) => pid === python.pid);
    expect(itself).toMatchObject({
      role: 'op-server',
      address: python.address,
      serves: odd.map((lane) => `square.${lane}`),
    });
    expect(itself?.answered).toBeGreaterThanOrEqual(400);

    const gone = cluster.get('calc-server').waitFor('listener-down', (logged) => logged.address === python.address);
    python.child.kill('SIGTERM');
    expect(await python.ended).toBe(0);
    await gone;
  });

  test('a server in Python that computes for 300 ms and one in TypeScript on the same lanes compute each call once', async () => {
    const cluster = await system();
    await cluster.ready();
    const python = await startPython(cluster.brokers, odd, 300);
    const client = await clientOf(cluster);
    await settled(client);
    const operations = async () => (await client.status()).servers.filter(({ role }) => role === 'op-server');
    const runs = (servers: readonly ServerView[]): number => servers.reduce((sum, one) => sum + (one.runs ?? 0), 0);
    const before = runs(await operations());
    const load = startLoad(client, 100);
    await load.answered(400);
    const account = await load.stop();
    expect(account).toMatchObject({ wrong: 0, twice: 0, failed: {}, fellBack: 0, answered: account.asked });

    const after = await operations();
    // Each hypotenuse needs two squares. A machine that stands still for 200 ms between a request and its beat repeats
    // the request.
    const repeated = runs(after) - before - 2 * account.asked;
    expect([0, 1, 2]).toContain(repeated);
    const itself = after.find(({ pid }) => pid === python.pid);
    expect(itself).toMatchObject({ slots: 1, queued: 0, windows: { square: 1 } });
    expect(itself?.runs).toBeGreaterThanOrEqual(5);
  });

  test('an op-server in Python gives back what waits behind a long run, sends a beat before the run, and announces its window', async () => {
    const cluster = await systemWithoutOddLanes();
    const python = await startPython(cluster.brokers, [1], 300);
    const { send, hear } = await requesterOf(cluster, python);
    const request = (seq: number) => [seq, contract, 12, 60_000];
    await send(1, request(1), request(2), request(3), request(5));
    // How long the first run takes is unknown.
    expect(await hear()).toEqual(['calc.beat', [[null, null, null, [2, 3, 5, 5]]]]);
    const announced = ['calc.beat', [[[1, 1], expect.any(Number)]]];
    const [topic, messages] = await hear();
    expect([topic, messages]).toEqual(announced);
    expect((messages as number[][])[0]?.[1]).toBeGreaterThan(50_000);
    const after = [await hear(), await hear(), await hear()];
    expect(after).toContainEqual(['calc.beat', [[null, null, { square: 1 }]]]);
    expect(after).toContainEqual(['calc.square.result.1', [[1, 0, 144, []]]]);
    expect(after.at(-1)).toEqual(['calc.beat', [[[], 0]]]);
    // The server does not remember what it gave back, so a copy runs.
    await send(2, request(2));
    expect(await hear()).toEqual(['calc.beat', [[[2, 2], expect.any(Number)]]]);
    expect(await hear()).toEqual(['calc.square.result.1', [[2, 0, 144, []]]]);
  });

  test('an op-server in Python runs nothing that was cancelled, also if the cancellation comes before its request', async () => {
    const cluster = await systemWithoutOddLanes();
    const python = await startPython(cluster.brokers, [1], 90);
    const { send, cancel, hear } = await requesterOf(cluster, python);
    const request = (seq: number) => [seq, contract, seq, 60_000];
    const answered: unknown[] = [];
    const results = async (untilSeq: number): Promise<readonly unknown[]> => {
      while (!answered.includes(untilSeq)) {
        const [topic, messages] = await hear();
        if (topic !== 'calc.square.result.1') continue;
        for (const result of messages) answered.push((result as readonly unknown[])[0]);
      }
      return answered;
    };
    await send(1, request(1));
    await results(1);
    await send(1, request(2), request(3), request(4));
    await cancel([3]);
    // Only its requester may cancel a request.
    await cancel([4], 'somebodywhoo');
    await results(4);
    await cancel([5]);
    await send(1, request(5), request(3), request(6));
    expect(await results(6)).toEqual([1, 2, 4, 6]);
    const { servers } = await (await clientOf(cluster)).status();
    expect(servers.find(({ address }) => address === python.address)).toMatchObject({ runs: 4, queued: 0 });
  });

  test('the clients that requests name take turns at an op-server in Python, and a request that was sent before comes first', async () => {
    const cluster = await systemWithoutOddLanes();
    const python = await startPython(cluster.brokers, [1], 15);
    const { send, hear } = await requesterOf(cluster, python);
    const [burst, other] = ['burstbursts1', 'otherothers1'];
    const request = (seq: number, origin: string, attempt = 1) => [seq, contract, seq, 60_000, '', attempt, origin];
    const results = async (count: number): Promise<readonly unknown[]> => {
      const seqs: unknown[] = [];
      while (seqs.length < count) {
        const [topic, messages] = await hear();
        if (topic !== 'calc.square.result.1') continue;
        for (const result of messages) seqs.push((result as readonly unknown[])[0]);
      }
      return seqs;
    };
    for (const seq of [1, 7]) {
      await send(1, request(seq, burst));
      await results(1);
    }
    await send(1, request(2, burst), request(3, burst), request(4, burst, 2), request(5, other), request(6, other));
    const [first, ...others] = await results(4);
    // The burst has used the slot before, and the other client has not. After one run each, the longer run decides.
    expect(first).toBe(5);
    expect([
      [6, 4, 2],
      [4, 6, 2],
    ]).toContainEqual(others);
  });

  test('an op-server in Python refuses by the failure table, and answers from memory until the request is settled', async () => {
    const cluster = await systemWithoutOddLanes();
    const python = await startPython(cluster.brokers, [1]);
    const { send, sendWith, hear } = await requesterOf(cluster, python);
    const results = async (): Promise<readonly unknown[]> => {
      for (;;) {
        const [topic, messages] = await hear();
        if (topic === 'calc.square.result.1') return messages;
      }
    };
    const ask = async (settledBelow: number, ...requests: readonly unknown[][]): Promise<readonly unknown[]> => {
      await send(settledBelow, ...requests);
      return results();
    };
    const answers = async () => {
      const { servers } = await (await clientOf(cluster)).status();
      return servers.find(({ address }) => address === python.address)?.answered;
    };

    // Requests behind the very first run are given back, because its duration is unknown.
    expect(await ask(1, [1, contract, 12, 1_000])).toEqual([[1, 0, 144, []]]);
    expect(
      await ask(
        1,
        [2, contract, -0.5, 1_000, 'a trace, and what a later version appends', 7],
        [3, contract, 1e200, 1_000],
        [4, contract, '12', 1_000],
        [5, contract + 1, 12, 1_000],
        [6, contract],
        [0, contract, 12, 1_000],
        ['7', contract, 12, 1_000],
        [8, contract, 12, 0],
        [9, contract, 2 ** 53, 1_000],
      ),
    ).toEqual([
      [2, 0, 0.25, []],
      [3, 'out-of-domain', expect.any(String)],
      [4, 'invalid-request', expect.any(String)],
      [5, 'contract-mismatch', expect.any(String)],
      [6, 'invalid-request', expect.any(String)],
      [9, 0, 2 ** 106, []],
    ]);
    expect(await answers()).toBe(7);
    // The id decides, not the content of the request.
    expect(await ask(1, [1, contract, 13, 1_000])).toEqual([[1, 0, 144, []]]);
    expect(await answers()).toBe(7);
    expect(await ask(3, [2, contract, 2, 1_000], [3, contract, 2, 1_000], [10, contract, 2, 1_000])).toEqual([
      [3, 'out-of-domain', expect.any(String)],
      [10, 0, 4, []],
    ]);
    // An older batch does not lower the watermark.
    expect(await ask(1, [2, contract, 2, 1_000], [11, contract, 3, 1_000])).toEqual([[11, 0, 9, []]]);
    // A straggler is open although its seq is below the watermark.
    await sendWith(13, [4, 12], [3, contract, 2, 1_000], [4, contract, 2, 1_000], [12, contract, 4, 1_000]);
    expect(await results()).toEqual([
      [4, 'invalid-request', expect.any(String)],
      [12, 0, 16, []],
    ]);
    expect(await ask(13, [4, contract, 2, 1_000], [13, contract, 5, 1_000])).toEqual([[13, 0, 25, []]]);
  });
});
