import { startRelay } from '@cateto/bus/relay';
import type { BrokerEndpoint } from '@cateto/contracts';
import { call, defineCatalogue, failure, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { connect } from './connect.ts';
import { RequestError } from './request-error.ts';
import { serve } from './serve.ts';

/* A broker, servers and clients in one process, over real sockets. */

const Point = z.object({ x: Finite, y: Finite });

const negate = operation({
  name: 'negate',
  description: 'A point on the other side of the origin.',
  input: Point,
  output: Point,
  example: { input: { x: 1, y: 2 }, output: { x: -1, y: -2 } },
});
const mirror = formula({
  name: 'mirror',
  description: 'A point on the other side of the origin.',
  operands: [['point', Point]],
  output: Point,
  example: { operands: [{ x: 1, y: 2 }], output: { x: -1, y: -2 } },
});
const catalogue = defineCatalogue({ operations: { negate }, formulas: { mirror } });
const formulas = {
  mirror: formulaCode(mirror, { plan: ([point]) => [call(negate, point)], combine: ([result]) => result }),
};

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    // Below the range from which the kernel takes ports for outgoing connections.
    const port = 10_240 + Math.floor(Math.random() * 22_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) ports.push(port);
  }
  return ports;
}

async function broker(): Promise<readonly BrokerEndpoint[]> {
  const [publishPort = 0, subscribePort = 0, heartbeatPort = 0] = await freePorts(3);
  const brokers = [{ host: '127.0.0.1', publishPort, subscribePort, heartbeatPort }];
  const settings = { bind: '127.0.0.1', heartbeatMs: 50, peerLostMs: 200, onEvent: () => undefined };
  const relay = await startRelay({ rank: 'primary', brokers, ...settings });
  onTestFinished(() => relay.close());
  return brokers;
}

type Handler = (point: { x: number; y: number }) => { x: number; y: number } | Promise<{ x: number; y: number }>;

async function system(handler: Handler = ({ x, y }) => ({ x: -x, y: -y })) {
  const brokers = await broker();
  const service = await serve({
    catalogue,
    brokers,
    formulas,
    handlers: { negate: handler },
    operationTimeoutMs: 60_000,
  });
  onTestFinished(() => service.close());
  const client = await connect({ catalogue, brokers });
  onTestFinished(() => client.close());
  return { brokers, service, client };
}

describe('a call', () => {
  test('of a catalogue of one’s own gives the value, an id, the time and the fallbacks', async () => {
    const { client } = await system();
    const answer = await client.mirror({ x: 1, y: 2 });
    expect(answer).toEqual({
      value: { x: -1, y: -2 },
      id: `${client.address}-1`,
      elapsedMs: expect.any(Number),
      fallbacks: expect.any(Array),
    });
  });

  test('by name does the same, and names what there is when there is no such formula', async () => {
    const { client } = await system();
    expect((await client.call('mirror', [{ x: 3, y: 4 }])).value).toEqual({ x: -3, y: -4 });
    await expect(client.call('toString', [])).rejects.toMatchObject({
      code: 'unknown-formula',
      message: expect.stringContaining('mirror'),
    });
  });

  test('that does not fit the contract is refused before anything is sent', async () => {
    const { client } = await system();
    const wrong: [() => Promise<unknown>, RegExp][] = [
      [() => client.call('mirror', []), /takes 1 operands/],
      [() => client.call('mirror', [{ x: 1, y: 'two' }]), /operand point: y/],
      [() => client.call('mirror', [{ x: Number.NaN, y: 2 }]), /operand point: x/],
      [() => client.mirror({ x: 1, y: 2 }, { timeoutMs: 0 }), /timeout of 0 ms/],
      [() => client.mirror({ x: 1, y: 2 }, { timeoutMs: Number.NaN }), /timeout of NaN ms/],
      [() => client.mirror({ x: 1, y: 2 }, { trace: 'x'.repeat(129) }), /trace of 129/],
    ];
    for (const [run, said] of wrong) {
      await expect(run()).rejects.toMatchObject({
        name: 'RequestError',
        code: 'invalid-request',
        id: undefined,
        message: expect.stringMatching(said),
      });
    }
  });

  test('that fails throws one kind of error, which says whether asking again can help', async () => {
    const { client } = await system(() => failure('out-of-domain', 'not there') as never);
    const error: unknown = await client.mirror({ x: 1, y: 2 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({
      code: 'out-of-domain',
      message: 'not there',
      retryable: false,
      mayHaveRun: true,
      id: `${client.address}-1`,
    });
  });

  test('whose handler throws, or answers out of contract, is internal and harms no other', async () => {
    let answer: Handler = () => {
      throw new Error('broken');
    };
    const { client } = await system((point) => answer(point));
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'internal', message: /broken/ });
    answer = () => ({ x: 1, y: Number.POSITIVE_INFINITY });
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'internal' });
    answer = (point) => point;
    expect((await client.mirror({ x: 1, y: 2 })).value).toEqual({ x: 1, y: 2 });
  });
});

describe('giving up', () => {
  test('an AbortSignal rejects the call at once, and one that is aborted already sends nothing', async () => {
    const { client } = await system(() => new Promise(() => undefined));
    const hurry = new AbortController();
    const asked = client.mirror({ x: 1, y: 2 }, { signal: hurry.signal });
    hurry.abort(new Error('no longer needed'));
    await expect(asked).rejects.toMatchObject({ code: 'cancelled', cause: { message: 'no longer needed' } });
    await expect(client.mirror({ x: 1, y: 2 }, { signal: hurry.signal })).rejects.toMatchObject({
      code: 'cancelled',
      id: undefined,
    });
  });

  test('closing cancels what is open, and a call after that is cancelled too', async () => {
    const { client } = await system(() => new Promise(() => undefined));
    const asked = expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'cancelled' });
    await client.close();
    await asked;
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'cancelled' });
    await client.close();
  });

  test('`await using` closes', async () => {
    const { brokers } = await system();
    const kept = await (async () => {
      await using client = await connect({ catalogue, brokers });
      await client.mirror({ x: 1, y: 2 });
      return client;
    })();
    await expect(kept.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

test('status says who is there and what is missing', async () => {
  const { client } = await system();
  await client.mirror({ x: 1, y: 2 });
  const { degraded, missing, brokers, servers } = await client.status();
  expect({ degraded, missing }).toEqual({ degraded: false, missing: [] });
  expect(brokers).toMatchObject([{ rank: 'primary', state: 'active', epoch: 1 }]);
  expect(servers.map(({ role }) => role).toSorted()).toEqual(['calc-server', 'op-server']);
});

test('watch shows a request with all that it caused, by its trace', async () => {
  const { client } = await system();
  const seen: { readonly topic: string; readonly trace: string | undefined }[] = [];
  const watch = client.watch(({ topic, trace }) => seen.push({ topic, trace }));
  // Until the watch is linked it sees nothing.
  while (!seen.some(({ topic }) => topic === 'calc.negate.request.1')) {
    await client.mirror({ x: 1, y: 2 }, { trace: 'mine' });
  }
  expect(seen).toContainEqual({ topic: 'calc.request.1', trace: 'mine' });
  expect(seen).toContainEqual({ topic: 'calc.negate.request.1', trace: 'mine' });
  await watch.close();
});

test('brokers that cannot be read are refused by name', async () => {
  await expect(connect({ brokers: 'here:0' })).rejects.toThrow(/brokers: .*here:0/);
  await expect(connect({ brokers: 'a,b,c' })).rejects.toThrow(/3 brokers/);
});
