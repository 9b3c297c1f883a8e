import { call, defineCatalogue, failure, Finite, formula, formulaCode, hashOf, operation } from '@cateto/contracts';
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connect } from './connect.ts';
import { RequestError } from './request-error.ts';
import { serve } from './serve.ts';
import { simulate } from './testing/simulate.ts';

/* The client and the service as users see them, over the simulated network. tests/src/e2e tests them over sockets. */

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

type Handler = (point: { x: number; y: number }) => { x: number; y: number } | Promise<{ x: number; y: number }>;

function system(handler: Handler = ({ x, y }) => ({ x: -x, y: -y })) {
  const network = simulate({ brokers: 1 });
  const service = network.serve({ catalogue, formulas, handlers: { negate: handler }, operationTimeoutMs: 60_000 });
  const client = network.connect({ catalogue });
  return { network, service, client };
}

describe('a call', () => {
  test('a call of a user’s own catalogue returns the value, an id, the time and the fallbacks', async () => {
    const { client } = system();
    const answer = await client.mirror({ x: 1, y: 2 });
    expect(answer).toEqual({
      value: { x: -1, y: -2 },
      id: `${client.address}-1`,
      elapsedMs: expect.any(Number),
      fallbacks: expect.any(Array),
    });
  });

  test('a call by name returns the same, and an unknown name is refused with a list of the formulas', async () => {
    const { client } = system();
    expect((await client.call('mirror', [{ x: 3, y: 4 }])).value).toEqual({ x: -3, y: -4 });
    await expect(client.call('toString', [])).rejects.toMatchObject({
      code: 'unknown-formula',
      message: expect.stringContaining('mirror'),
    });
  });

  test('a call that does not fit the contract is refused before anything is sent', async () => {
    const { client } = system();
    const wrong: [() => Promise<unknown>, RegExp][] = [
      [() => client.call('mirror', []), /takes 1 operands/],
      [() => client.call('mirror', [{ x: 1, y: 'two' }]), /operand point: y/],
      [() => client.call('mirror', [{ x: Number.NaN, y: 2 }]), /operand point: x/],
      [() => client.mirror({ x: 1, y: 2 }, { timeoutMs: 0 }), /timeout of 0 ms/],
      [() => client.mirror({ x: 1, y: 2 }, { timeoutMs: Number.NaN }), /timeout of NaN ms/],
      [() => client.mirror({ x: 1, y: 2 }, { trace: 'x'.repeat(129) }), /trace of 129/],
      // Programs in JavaScript can pass these.
      [() => client.mirror({ x: 1, y: 2 }, { timeoutMs: '5' } as never), /timeout that is not a number/],
      [() => client.mirror({ x: 1, y: 2 }, { signal: {} } as never), /not an AbortSignal/],
      [() => client.mirror({ x: 1, y: 2 }, { trace: 7 } as never), /a trace is a text/],
      [() => client.mirror({ x: 1, y: 2 }, null as never), /then options as an object/],
      [() => client.mirror({ x: 1, y: 2 }, 3 as never), /then options as an object/],
      [
        () => client.mirror({ x: 1, y: 2 }, { timeout: 5 } as never),
        /no option "timeout"; there are timeoutMs, signal/,
      ],
      [() => client.call('mirror', undefined as never), /takes 1 operands/],
      [() => client.status({ waitMs: Number.NaN }), /wait of NaN ms/],
      [() => client.status({ wait: 5 } as never), /status: there is no option "wait"; there are waitMs/],
      [async () => client.watch(3 as never), /watch takes a function/],
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

  test('a failed call throws a RequestError, which says whether a retry can help', async () => {
    const { client } = system(() => failure('out-of-domain', 'not there') as never);
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

  test('a call whose handler throws or breaks its contract is `internal`, and no other call is affected', async () => {
    let answer: Handler = () => {
      throw new Error('broken');
    };
    const { client } = system((point) => answer(point));
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'internal', message: /broken/ });
    // JavaScript can throw any value, also one that cannot be converted to text.
    answer = () => {
      throw Object.create(null);
    };
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'internal', message: /without a text/ });
    answer = () => failure('overloaded', 'I would rather not') as never;
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({
      code: 'internal',
      message: /may not fail with overloaded/,
    });
    answer = () => ({ x: 1, y: Number.POSITIVE_INFINITY });
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'internal' });
    answer = (point) => point;
    expect((await client.mirror({ x: 1, y: 2 })).value).toEqual({ x: 1, y: 2 });
  });
});

test('a signal of another realm cancels a call', async () => {
  class Signal extends EventTarget {
    aborted = false;
    reason = new Error('enough');
  }
  const signal = new Signal();
  const { client } = system(() => new Promise(() => undefined));
  const asked = client.mirror({ x: 1, y: 2 }, { signal: signal as never });
  signal.aborted = true;
  signal.dispatchEvent(new Event('abort'));
  await expect(asked).rejects.toMatchObject({ code: 'cancelled', cause: signal.reason });
});

test('an error of another copy of this package is a RequestError, and no other error is', async () => {
  const copy = './request-error.ts?copy';
  const other = (await import(/* @vite-ignore */ copy)) as { RequestError: typeof RequestError };
  const made = new other.RequestError(failure('overloaded', 'too much'), undefined);
  expect(other.RequestError).not.toBe(RequestError);
  expect(made).toBeInstanceOf(RequestError);
  class Mine extends RequestError {}
  expect(new Mine(failure('internal', ''), undefined)).toBeInstanceOf(RequestError);
  expect(made).not.toBeInstanceOf(Mine);
  for (const no of [new Error('overloaded'), { code: 'overloaded' }, null]) expect(no).not.toBeInstanceOf(RequestError);
});

describe('a formula’s code', () => {
  test.each<[string, unknown, RegExp]>([
    ['makes no plan', null, /no list of calls/],
    ['plans nothing', [], /a plan of 0 calls/],
    ['plans an undefined call', [undefined], /call 1 of the plan names no operation/],
  ])('a formula that %s is internal, and the next request is answered', async (_what, plan, said) => {
    const network = simulate();
    const plans = [plan, [call(negate, { x: 1, y: 2 })]];
    const broken = { mirror: { ...formulas.mirror, plan: () => plans.shift() as never } };
    network.serve({ catalogue, formulas: broken, handlers: { negate: (point) => point } });
    const client = network.connect({ catalogue });
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'internal', message: said });
    expect((await client.mirror({ x: 1, y: 2 })).value).toEqual({ x: 1, y: 2 });
  });
});

describe('a service', () => {
  test('a service is ready when it listens', async () => {
    const { network, service, client } = system();
    await service.ready;
    const readyMs = network.nowMs();
    await client.mirror({ x: 1, y: 2 });
    expect(readyMs).toBeGreaterThan(0);
  });

  test('a service waits for any value with a `then`', async () => {
    const later = { then: (done: (value: unknown) => void) => done({ x: 9, y: 9 }) };
    const { client } = system(() => later as never);
    expect((await client.mirror({ x: 1, y: 2 })).value).toEqual({ x: 9, y: 9 });
  });

  test('a service that is drained twice ends once, when its running work is answered', async () => {
    const network = simulate();
    const events: string[] = [];
    const service = network.serve({
      catalogue,
      formulas,
      handlers: { negate: (point) => network.pass(100).then(() => point) },
      onEvent: ({ event }) => events.push(event),
    });
    const client = network.connect({ catalogue });
    const asked = client.mirror({ x: 1, y: 2 });
    await network.pass(120);
    const [first, second] = [service.drain(), service.drain()];
    await second;
    expect((await asked).value).toEqual({ x: 1, y: 2 });
    await Promise.all([first, service.close()]);
    // The op-server and the calc-server of the service.
    expect(events.filter((event) => event === 'stopped')).toHaveLength(2);
  });
});

describe('exceptions of callbacks', () => {
  test.each(['onEvent', 'onMessage'])(
    'an exception in %s is an uncaught exception and affects nothing else',
    async (where) => {
      const uncaught: unknown[] = [];
      const listeners = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.on('uncaughtException', (error) => uncaught.push(error));
      try {
        const network = simulate();
        const own = new Error('mine');
        const throwIt = (): never => {
          throw own;
        };
        network.serve({ catalogue, formulas, handlers: { negate: (point) => point } });
        const client = network.connect({ catalogue, onEvent: where === 'onEvent' ? throwIt : () => undefined });
        if (where === 'onMessage') client.watch(throwIt);
        await network.pass(100);
        expect((await client.mirror({ x: 1, y: 2 })).value).toEqual({ x: 1, y: 2 });
        await network.pass(1);
        expect(new Set(uncaught)).toEqual(new Set([own]));
      } finally {
        process.removeAllListeners('uncaughtException');
        for (const listener of listeners) process.on('uncaughtException', listener);
      }
    },
  );
});

describe('cancelling', () => {
  test('an AbortSignal rejects a running call at once, and an aborted signal prevents a call from being sent', async () => {
    const { network, client } = system(() => new Promise(() => undefined));
    const hurry = new AbortController();
    const asked = client.mirror({ x: 1, y: 2 }, { signal: hurry.signal });
    await network.pass(200);
    hurry.abort(new Error('no longer needed'));
    await expect(asked).rejects.toMatchObject({ code: 'cancelled', cause: { message: 'no longer needed' } });
    await expect(client.mirror({ x: 1, y: 2 }, { signal: hurry.signal })).rejects.toMatchObject({
      code: 'cancelled',
      id: undefined,
      mayHaveRun: false,
    });
  });

  test('a signal that outlives its calls keeps no reference to them', async () => {
    const { client } = system();
    const { signal } = new AbortController();
    await client.mirror({ x: 1, y: 2 }, { signal });
    await client.close();
    await expect(client.mirror({ x: 1, y: 2 }, { signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('closing a client cancels its open calls, and later calls too', async () => {
    const { client } = system(() => new Promise(() => undefined));
    const asked = expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'cancelled' });
    await client.close();
    await asked;
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'cancelled' });
    await client.close();
  });

  test('a closed client cancels every call, runs nothing and opens nothing', async () => {
    const { client } = system();
    await client.close();
    const nothingRan = { code: 'cancelled', id: undefined, mayHaveRun: false };
    await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject(nothingRan);
    await expect(client.call('mirror', [{ x: 1, y: 2 }])).rejects.toMatchObject(nothingRan);
    await expect(client.status()).rejects.toMatchObject(nothingRan);
    expect(() => client.watch(() => undefined)).toThrow(expect.objectContaining(nothingRan));
  });

  test('a status request during close is cancelled, not reported as degraded', async () => {
    const { network, client } = system();
    await network.pass(100);
    const asked = expect(client.status()).rejects.toMatchObject({ code: 'cancelled' });
    await client.close();
    await asked;
  });

  test('`await using` closes the client', async () => {
    const { network } = system();
    const kept = await (async () => {
      await using client = network.connect({ catalogue });
      await client.mirror({ x: 1, y: 2 });
      return client;
    })();
    await expect(kept.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

test('the status lists brokers and servers, and says what is missing', async () => {
  const { network, client } = system();
  await network.pass(100);
  const { degraded, missing, brokers, servers } = await client.status();
  expect({ degraded, missing }).toEqual({ degraded: false, missing: [] });
  expect(brokers).toMatchObject([{ rank: 'primary', state: 'active', epoch: 1 }]);
  expect(servers.map(({ role }) => role).toSorted()).toEqual(['calc-server', 'op-server']);
  const tables = Object.fromEntries(servers.map((server) => [server.role, server.tables]));
  // Both its incoming and its own requests are settled.
  expect(tables['calc-server']).toMatchObject({ open: 0, incomplete: 0, listeners: expect.any(Number) });
  expect(tables['op-server']).toMatchObject({ remembered: expect.any(Number), requesters: expect.any(Number) });
});

test('the status counts the runs and errors of each server without repetitions, and gives its version and the time of a run', async () => {
  const fails = { when: false };
  const { network, client } = system(async ({ x, y }) => {
    await network.pass(30);
    if (fails.when) throw new Error('no');
    return { x: -x, y: -y };
  });
  await network.pass(100);
  for (let n = 0; n < 3; n += 1) await client.mirror({ x: 1, y: 2 });
  fails.when = true;
  await expect(client.mirror({ x: 1, y: 2 })).rejects.toMatchObject({ code: 'internal' });
  const { servers } = await client.status();
  expect(servers).toHaveLength(2);
  for (const server of servers) {
    expect(server).toMatchObject({
      runs: 4,
      errors: 1,
      queued: 0,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      differing: [],
    });
    expect(server.handlingMs).toBeGreaterThanOrEqual(30);
  }
  const op = servers.find(({ role }) => role === 'op-server');
  expect(op?.contracts).toEqual({ negate: hashOf(catalogue, 'negate') });
});

test('the status counts the requests that wait at a server, and the calls that wait at a calc-server for an op-server', async () => {
  const { network, client } = system(async ({ x, y }) => {
    await network.pass(1_000);
    return { x: -x, y: -y };
  });
  const clients = [client, network.connect({ catalogue }), network.connect({ catalogue })];
  await network.pass(100);
  const calls = clients.flatMap((one) => Array.from({ length: 16 }, () => one.mirror({ x: 1, y: 2 })));
  await network.pass(300);
  const { servers } = await client.status();
  const calc = servers.find(({ role }) => role === 'calc-server');
  const op = servers.find(({ role }) => role === 'op-server');
  expect(op?.slots).toBeGreaterThanOrEqual(1);
  expect(op?.windows).toEqual({ negate: expect.any(Number) });
  // Calls that the op-server has no room for wait at the calc-server.
  expect(calc?.queued).toBe((calc?.inFlight ?? 0) - (op?.inFlight ?? 0));
  expect(calc?.queued).toBeGreaterThan(0);
  await Promise.all(calls);
});

test('the status lists contracts that differ at a server, and reports a formula as missing if its servers have another contract than the client', async () => {
  const network = simulate({ brokers: 1 });
  const newerMirror = { ...mirror, version: 2 };
  const newer = defineCatalogue({
    operations: { negate: { ...negate, version: 2 } },
    formulas: { mirror: newerMirror },
  });
  const { negate: newerNegate } = newer.operations;
  const code = formulaCode(newerMirror, {
    plan: ([point]) => [call(newerNegate, point)],
    combine: ([result]) => result,
  });
  network.serve({ catalogue: newer, formulas: { mirror: code }, handlers: { negate: (point) => point } });
  await network.pass(100);
  const old = network.connect({ catalogue });
  await network.pass(100);
  const { degraded, missing, servers } = await old.status();
  const differing = (name: string) => ({ name, hash: hashOf(newer, name), ownHash: hashOf(catalogue, name) });
  expect(Object.fromEntries(servers.map((server) => [server.role, server.differing]))).toEqual({
    'op-server': [differing('negate')],
    'calc-server': [differing('negate'), differing('mirror')],
  });
  expect({ degraded, missing }).toEqual({ degraded: true, missing: ['a calc-server for mirror'] });
  expect(await network.connect({ catalogue: newer }).status()).toMatchObject({ degraded: false });
});

test('a watch shows a request and everything that it caused, by its trace', async () => {
  const { client } = system();
  const seen: { readonly topic: string; readonly trace: string | undefined }[] = [];
  const watch = client.watch(({ topic, trace }) => seen.push({ topic, trace }));
  // A watch sees nothing before its connection is established.
  while (!seen.some(({ topic }) => topic === 'calc.negate.request.1')) {
    await client.mirror({ x: 1, y: 2 }, { trace: 'mine' });
  }
  expect(seen).toContainEqual({ topic: 'calc.request.1', trace: 'mine' });
  expect(seen).toContainEqual({ topic: 'calc.negate.request.1', trace: 'mine' });
  await watch.close();
});

test('closing a client closes its watches', async () => {
  const { network, client } = system();
  const seen: string[] = [];
  client.watch(({ topic }) => seen.push(topic));
  await network.pass(100);
  await client.mirror({ x: 1, y: 2 });
  await network.pass(10);
  await client.close();
  const before = seen.length;
  await network.connect({ catalogue }).mirror({ x: 1, y: 2 });
  expect(before).toBeGreaterThan(0);
  expect(seen).toHaveLength(before);
});

test('more calls than a server may have in flight are all answered, also after a call that it does not know', async () => {
  const network = simulate();
  network.serve({ catalogue, formulas, handlers: { negate: (point) => point } });
  const turn = formula({ ...mirror, name: 'turn' });
  const client = network.connect({
    catalogue: defineCatalogue({ operations: { negate }, formulas: { mirror, turn } }),
  });
  await client.mirror({ x: 1, y: 2 });
  const unknown = client.turn({ x: 1, y: 2 });
  const known = Array.from({ length: 9_000 }, (_, x) => client.mirror({ x, y: 2 }));
  await expect(unknown).rejects.toMatchObject({ code: 'unknown-formula' });
  expect((await Promise.all(known)).map(({ value }) => value.x)).toEqual(known.map((_, x) => x));
});

test('a call that only servers of other catalogues listen for is held until its own server comes', async () => {
  const network = simulate();
  const turn = formula({ ...mirror, name: 'turn' });
  const strangers = defineCatalogue({ operations: { negate }, formulas: { turn } });
  const code = formulaCode(turn, { plan: ([point]) => [call(negate, point)], combine: ([result]) => result });
  network.serve({ catalogue: strangers, formulas: { turn: code }, handlers: { negate: (point) => point } });
  const client = network.connect({ catalogue });
  const asked = client.mirror({ x: 1, y: 2 });
  await network.pass(500);
  network.serve({ catalogue, formulas, handlers: { negate: (point) => point } });
  expect((await asked).value).toEqual({ x: 1, y: 2 });
});

test('brokers that cannot be parsed are refused, and the message names them', async () => {
  await expect(connect({ brokers: 'here:0' })).rejects.toThrow(/brokers: .*here:0/);
  await expect(connect({ brokers: 'a,b,c' })).rejects.toThrow(/3 brokers/);
});

test.each<[string, unknown, RegExp]>([
  ['none', [], /brokers: "" is not/],
  ['one without ports', [{ host: '127.0.0.1' }], /brokers: "127.0.0.1:undefined/],
  ['a number', 5, /brokers: a number is neither/],
])('brokers given as %s by a program in JavaScript are refused', async (_what, brokers, said) => {
  await expect(connect({ brokers: brokers as never })).rejects.toMatchObject({ name: 'SettingFault', message: said });
});

test.each<[string, object, RegExp]>([
  ['without a handler', { handlers: {} }, /no handler for operation "negate"/],
  ['whose handler is not a function', { handlers: { negate: 3 } }, /no handler for operation "negate"/],
  ['without any handlers', { handlers: undefined }, /no handler for operation "negate"/],
  ['without the code of a formula', { formulas: {} }, /no code for formula "mirror"/],
  [
    'with the code of another formula',
    { formulas: { mirror: { formula: { name: 'other' }, steps: () => [] } } },
    /no code for formula "mirror"/,
  ],
  ['with half the code of a formula', { formulas: { mirror: { plan: () => [] } } }, /no code for formula "mirror"/],
  ['on lanes that do not exist', { lanes: [1, 9] }, /lanes: 9 is not one of 1 to 8/],
  ['of an operation that does not exist', { operations: ['cube'] }, /operation "cube"/],
  ['with an invalid timeout', { operationTimeoutMs: Number.NaN }, /operationTimeoutMs: NaN is not above 0/],
  ['of something that is not a catalogue', { catalogue: {} }, /catalogue: it was not made by defineCatalogue/],
])('a service %s is refused before it opens anything', (_what, given, said) => {
  const network = simulate();
  const right = { catalogue, formulas, handlers: { negate: (point: { x: number; y: number }) => point } };
  expect(() => network.serve({ ...right, ...given } as never)).toThrow(said);
});

test('an unknown option is refused by name, for programs in JavaScript', async () => {
  const misspelt = { broker: '127.0.0.1:1:2:3' } as never;
  await expect(connect(misspelt)).rejects.toThrow(
    /^connect: there is no option "broker"; there are catalogue, brokers/,
  );
  await expect(serve(misspelt)).rejects.toThrow(/^serve: there is no option "broker"/);
  expect(() => simulate().connect(misspelt)).toThrow(/^connect: there is no option "broker"/);
  expect(() => simulate().serve(misspelt)).toThrow(/^serve: there is no option "broker"/);
  expect(() => simulate().connect({ brokers: '127.0.0.1:1:2:3' } as never)).toThrow(/no option "brokers"/);
  expect(() => simulate({ sed: 7 } as never)).toThrow(/^simulate: there is no option "sed"/);
  await expect(connect('127.0.0.1:1:2:3' as never)).rejects.toThrow(/^connect takes its options as an object/);
  await expect(serve(undefined as never)).rejects.toThrow(/^serve takes its options as an object/);
});

test('a client of something that is not a catalogue is refused before it opens anything', () => {
  expect(() => simulate().connect({ catalogue: {} } as never)).toThrow(/catalogue: it was not made by defineCatalogue/);
});

test('an invalid timeout is refused by connect()', async () => {
  await expect(connect({ timeoutMs: Number.NaN })).rejects.toThrow(/timeoutMs: NaN/);
});
