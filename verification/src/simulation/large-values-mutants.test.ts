import { limits } from '@cateto/contracts';
import type * as Protocol from '@cateto/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { countPassing, large, setUpLargeValues } from './large-values.test-support.ts';

/*
 * Machines with one broken rule about large values. A scenario has to notice each: a value is answered late, wrongly or
 * not at all, or a server runs it although another one has run it.
 */

type Machines = Pick<
  typeof Protocol,
  'createChunkJoiner' | 'createChunkSender' | 'createRequester' | 'createResponder'
>;

const broken = vi.hoisted(() => ({ machines: {} as Partial<Machines> }));

vi.mock('@cateto/protocol', async (original) => {
  const real = await original<Machines>();
  const machine = <N extends keyof Machines>(name: N): Machines[N] =>
    ((...given: never[]) =>
      ((broken.machines[name] ?? real[name]) as (...given: never[]) => unknown)(...given)) as never;
  return {
    ...real,
    createChunkJoiner: machine('createChunkJoiner'),
    createChunkSender: machine('createChunkSender'),
    createRequester: machine('createRequester'),
    createResponder: machine('createResponder'),
  };
});

afterEach(() => {
  broken.machines = {};
});

/** A lost chunk is sent again within this time: the first query takes a quarter of a second. */
const soonMs = 400;
/** Each way between a process and a broker: a value of 1 MiB takes longer than a small request may be silent. */
const delayMs = [25, 30] as const;

/** Loses some messages, after which the request or the answer has to be sent again. */
async function losing(lost: readonly number[], topic: string): Promise<boolean> {
  const { network, ask, settle, runs } = await setUpLargeValues({ servers: 2 });
  const sinceMs = network.nowMs();
  let passed = 0;
  network.lose((message) => {
    if (!message.topic.startsWith(topic) || message.from === 'broker') return false;
    passed += 1;
    return lost.includes(passed);
  });
  const all = [ask(large), ask(large + 1)];
  await settle(all, 5_000);
  return isBroken(all, runs) || all.some(({ atMs }) => atMs > sinceMs + soonMs);
}

/** An op-server that blocks its loop and is to stop while its large answer leaves. */
async function draining(): Promise<boolean> {
  const { network, ask, settle, runs, ops } = await setUpLargeValues({
    servers: 2,
    delayMs,
    answerBytes: 3 * limits.unconfirmedBytesMax,
    work: (process) => process.block(300),
  });
  countPassing(network, 'calc.mirror.result', 'op', 1, (from) => void ops[Number(from.at(-1)) - 1]?.server.drain());
  const all = [ask(1)];
  await settle(all);
  return isBroken(all, runs);
}

/** A value that takes longer to arrive than a small request may stay silent. */
async function long(): Promise<boolean> {
  const { ask, settle, runs } = await setUpLargeValues({ seed: 2, servers: 2, delayMs });
  const all = [0, 1].map((index) => ask(2 * limits.unconfirmedBytesMax + index));
  await settle(all);
  return isBroken(all, runs);
}

function isBroken(
  all: readonly { readonly size: number; readonly outcome: unknown }[],
  runs: readonly string[],
): boolean {
  const isAnswered = all.every(({ size, outcome }) => {
    const value = (outcome as { readonly value?: Uint8Array } | undefined)?.value;
    return value instanceof Uint8Array && value.length === size && value.every((byte) => byte === size % 251);
  });
  return !isAnswered || runs.length !== 2 * all.length;
}

const mutants: Readonly<Record<string, readonly [(real: Machines) => Partial<Machines>, () => Promise<boolean>]>> = {
  'beats do not name requests whose answers are on their way': [
    ({ createResponder }) => ({
      createResponder: <W>(config?: Parameters<typeof createResponder<W>>[0]) =>
        createResponder<W>({ ...config, answersTo: () => [] }),
    }),
    draining,
  ],
  'a sender takes a body that was dropped for one that has arrived': [
    ({ createChunkSender }) => ({
      createChunkSender(config) {
        const sender = createChunkSender(config);
        const confirmed: typeof sender.confirmed = (by, body, chunks, _isDropped, nowMs) =>
          sender.confirmed(by, body, chunks, false, nowMs);
        return { ...sender, confirmed };
      },
    }),
    () => losing([3], 'calc.mirror.request'),
  ],
  'a sender asks nothing': [
    ({ createChunkSender }) => ({
      createChunkSender: (config) => ({
        ...createChunkSender(config),
        tick: () => undefined,
        deadlineMs: () => undefined,
      }),
    }),
    () => losing([5, 10], 'calc.echo.result'),
  ],
  'a receiver confirms chunks behind a gap': [
    ({ createChunkJoiner }) => ({
      createChunkJoiner(...given) {
        const joiner = createChunkJoiner(...given);
        const take: typeof joiner.take = (...chunk) => {
          const taken = joiner.take(...chunk);
          return taken === 'dropped' ? 'kept' : taken;
        };
        return { ...joiner, take };
      },
    }),
    () => losing([3], 'calc.mirror.request'),
  ],
  'a receiver joins a chunk of one body to another': [
    ({ createChunkJoiner }) => ({
      createChunkJoiner(...given) {
        const joiner = createChunkJoiner(...given);
        const take: typeof joiner.take = (stream, chunk, nowMs) => joiner.take(stream, { ...chunk, body: 1 }, nowMs);
        return { ...joiner, take };
      },
    }),
    () => losing([3], 'calc.request'),
  ],
  'a request on its way counts as silent': [
    ({ createRequester }) => ({
      createRequester: (config) => createRequester({ ...config, isSending: undefined, isUnderway: undefined }),
    }),
    long,
  ],
};

test.each(Object.entries(mutants))('the scenario notices the mutant: %s', async (_name, [mutate, isNoticed]) => {
  broken.machines = mutate(await vi.importActual<Machines>('@cateto/protocol'));
  expect(await isNoticed()).toBe(true);
});

test.each([
  ['lost chunks', () => losing([3, 5], 'calc.mirror.result')],
  ['lost last chunks', () => losing([5, 10], 'calc.echo.result')],
  ['lost chunks of requests', () => losing([3], 'calc.request')],
  ['lost chunks of a calc-server', () => losing([3], 'calc.mirror.request')],
  ['a server that stops', draining],
  ['long values', long],
])('the scenario finds nothing wrong with the real machines: %s', async (_name, isNoticed) => {
  expect(await isNoticed()).toBe(false);
});
