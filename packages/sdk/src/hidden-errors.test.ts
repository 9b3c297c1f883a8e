import type { BusEvent } from '@cateto/bus';
import type { Handler, HandlerContext } from '@cateto/contracts';
import { call, defineCatalogue, failure, Finite, formula, formulaCode, operation } from '@cateto/contracts';
import { describe, expect, test } from 'vitest';
import { simulate } from './testing/simulate.ts';

/* Errors of user code as a client and an operator see them, and lines that a handler writes to the log. */

const half = operation({
  name: 'half',
  description: 'Half of its input.',
  input: Finite,
  output: Finite,
  example: { input: 2, output: 1 },
});
const halves = formula({
  name: 'halves',
  description: 'Half of its operand.',
  operands: [['a', Finite]],
  output: Finite,
  example: { operands: [2], output: 1 },
});
const catalogue = defineCatalogue({ operations: { half }, formulas: { halves } });
const well = {
  plan: ([a]: [number]) => [call(half, a)],
  combine: ([result]: [number]) => result,
};

const secret = 'postgres://admin:hunter2@db';
function leak(): never {
  throw new Error(secret);
}

interface Broken {
  readonly handler?: (input: number, context: HandlerContext) => unknown;
  readonly code?: object;
  /** Whether the handler runs as a fallback. */
  readonly fallback?: boolean;
}

async function system({ handler = (x) => x / 2, code = well, fallback = false }: Broken, exposeErrors?: boolean) {
  const network = simulate({ brokers: 1 });
  const events: BusEvent[] = [];
  network.serve({
    catalogue,
    handlers: { half: handler as Handler<typeof half> },
    formulas: { halves: formulaCode(halves, code as never) },
    ...(fallback ? { operations: [] } : {}),
    exposeErrors,
    onEvent: (event) => void events.push(event),
  });
  const client = network.connect({ catalogue });
  // A request sent before the op-server listens would become a fallback.
  await network.pass(500);
  return { network, client, failed: () => events.filter(({ event }) => event === 'handler-failed'), events };
}

const broken: readonly [string, Broken][] = [
  ['a handler throws', { handler: leak }],
  ['a handler rejects with', { handler: async () => leak() }],
  ['the handler of a fallback throws', { handler: leak, fallback: true }],
  ['a handler puts into an output that does not fit', { handler: () => ({ [secret]: new Date() }) }],
  ['the handler of a fallback puts into such an output', { handler: () => ({ [secret]: new Date() }), fallback: true }],
  [
    'an output throws while it is read',
    {
      handler: () => ({
        get x() {
          return leak();
        },
      }),
    },
  ],
  ['a plan throws', { code: { ...well, plan: leak } }],
  ['a plan calls', { code: { ...well, plan: () => [{ operation: { name: secret }, input: 1 }] } }],
  ['a plan puts into an input', { code: { ...well, plan: () => [call(half, { [secret]: new Date() } as never)] } }],
  ['combine throws', { code: { ...well, combine: leak } }],
  ['combine puts into an output', { code: { ...well, combine: () => ({ [secret]: new Date() }) } }],
];

describe('texts of errors', () => {
  test.each(broken)(
    'the text that %s goes to the log; the client gets the id of the log entry instead',
    async (_what, what) => {
      const { client, failed } = await system(what, false);
      const error = (await client.halves(2).catch((thrown: unknown) => thrown)) as Error;
      expect(error).toMatchObject({ code: 'internal' });
      expect(error.message).not.toContain('hunter2');
      expect(failed()).toHaveLength(1);
      const [{ id, message }] = failed() as never as [{ id: string; message: string }];
      expect(message).toContain(secret);
      expect(error.message).toContain(id);
    },
  );

  test.each(broken)(
    'the text that %s reaches the client if errors are exposed, as they are by default in the test kit',
    async (_what, what) => {
      for (const exposeErrors of [true, undefined]) {
        const { client, failed } = await system(what, exposeErrors);
        await expect(client.halves(2)).rejects.toMatchObject({
          code: 'internal',
          message: expect.stringContaining(secret),
        });
        expect(failed()).toHaveLength(1);
      }
    },
  );

  test.each<[string, Broken]>([
    ['a handler', { handler: () => failure('internal', secret) }],
    ['the handler of a fallback', { handler: async () => failure('internal', secret), fallback: true }],
    ['a plan', { code: { ...well, plan: () => failure('internal', secret) } }],
    ['combine', { code: { ...well, combine: () => failure('internal', secret) } }],
  ])('the text that %s returns in a failure reaches the client, and is not a fault', async (_who, what) => {
    const { client, failed } = await system(what, false);
    await expect(client.halves(2)).rejects.toMatchObject({ code: 'internal', message: secret });
    expect(failed()).toEqual([]);
  });
});

test('a handler can log under the id of its request, and a fallback under the id of the client’s request', async () => {
  for (const fallback of [false, true]) {
    let id = '';
    const handler = (x: number, context: HandlerContext): number => {
      ({ id } = context);
      context.log('half done');
      return x / 2;
    };
    const { client, events } = await system({ handler, fallback });
    const answer = await client.halves(2);
    expect(id).toMatch(/^[a-z0-9]{12}-1$/);
    expect(id === answer.id).toBe(fallback);
    expect(events).toContainEqual({ event: 'handler-log', name: 'half', id, message: 'half done' });
  }
});

test('exposeErrors accepts only true and false', () => {
  const network = simulate({ brokers: 1 });
  const handlers = { half: (x: number) => x };
  expect(() => network.serve({ catalogue, handlers, exposeErrors: 'no' as never })).toThrow(/exposeErrors: no is not/);
});
