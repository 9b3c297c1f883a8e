import type { Operation } from '@cateto/contracts';
import { call, defineCatalogue, failure, formula, formulaCode, operation } from '@cateto/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { simulate } from './testing/simulate.ts';

/*
 * Code of contracts, handlers, formulas and values can throw anything, on either side. The exception is the outcome of
 * one call and affects no other.
 */

/** A catalogue of one operation and one formula over the same schemas. */
function catalogueOf(input: z.ZodType, output: z.ZodType = z.unknown(), example: unknown = 'https://a.example') {
  const check = operation({
    name: 'check',
    description: 'x',
    input,
    output,
    example: { input: example, output: example },
  });
  const ask = formula({
    name: 'ask',
    description: 'x',
    operands: [['text', input]],
    output,
    example: { operands: [example], output: example },
  });
  const formulas = { ask: formulaCode(ask, { plan: ([text]) => [call(check, text)], combine: ([text]) => text }) };
  return { catalogue: defineCatalogue({ operations: { check }, formulas: { ask } }), formulas };
}

const lenient = catalogueOf(z.string(), z.unknown());
const handlers = { check: (text: unknown) => text };

/** Fails the test if any promise rejects without a handler; in production that ends the process. */
function strayRejections(): unknown[] {
  const stray: unknown[] = [];
  const note = (reason: unknown): void => void stray.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return stray;
}

async function settledTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const checks: readonly [string, z.ZodType][] = [
  ['throws', z.string().refine((text) => new URL(text).protocol === 'https:')],
  ['throws nothing at all', z.string().refine((text) => thrower(text, undefined))],
  ['throws a symbol', z.string().refine((text) => thrower(text, Symbol('x')))],
  [
    'has a text that throws',
    z.string().refine((text) => text.length > 9, { error: () => thrower('', new Error('x')) as never }),
  ],
  ['is asynchronous now and then', z.string().refine(((text: string) => later(text)) as never)],
  ['is asynchronous deep inside', z.string().check(z.superRefine((text) => later(text) as never))],
];

function thrower(text: string, what: unknown): true {
  if (text.startsWith('https:')) return true;
  throw what;
}

function later(text: string): boolean | Promise<boolean> {
  return text.startsWith('https:') || Promise.reject(new Error('nobody waits'));
}

describe.each(checks)('a check of a contract that %s', (_what, schema) => {
  const strict = catalogueOf(schema);

  test('a client refuses a request whose check throws or is asynchronous, and never throws synchronously', async () => {
    const stray = strayRejections();
    const client = simulate().connect({ catalogue: strict.catalogue });
    const asked = client.ask('abc');
    await expect(asked).rejects.toMatchObject({ name: 'RequestError', code: 'invalid-request', id: undefined });
    await settledTurns();
    expect(stray).toEqual([]);
  });

  test('a server refuses a request of a client of another release if its check fails, and serves the next request', async () => {
    const stray = strayRejections();
    const network = simulate();
    network.serve({ ...strict, handlers });
    const client = network.connect({ catalogue: lenient.catalogue });
    await expect(client.ask('abc')).rejects.toMatchObject({ code: 'invalid-request', message: /^ask: operand text: / });
    expect((await client.ask('https://b.example')).value).toBe('https://b.example');
    await settledTurns();
    expect(stray).toEqual([]);
  });

  test('an op-server refuses a request of a calc-server of another release if its check fails', async () => {
    const network = simulate();
    network.serve({ catalogue: strict.catalogue, handlers, host: 'op' });
    network.serve({ ...lenient, handlers, operations: [], host: 'calc' });
    const client = network.connect({ catalogue: lenient.catalogue });
    await network.pass(500);
    await expect(client.ask('abc')).rejects.toMatchObject({ code: 'invalid-request', message: /^check: input: / });
    expect(await client.ask('https://b.example')).toMatchObject({ value: 'https://b.example', fallbacks: [] });
  });

  test('an output whose check fails is `internal`, whichever side checks it', async () => {
    const output = catalogueOf(z.unknown(), schema);
    const free = catalogueOf(z.unknown(), z.string());
    for (const [served, asked] of [
      [output, free],
      [free, output],
      [output, output],
    ] as const) {
      const network = simulate();
      network.serve({ ...served, handlers });
      const client = network.connect({ catalogue: asked.catalogue });
      await expect(client.ask('abc')).rejects.toMatchObject({ name: 'RequestError', code: 'internal' });
      expect((await client.ask('https://b.example')).value).toBe('https://b.example');
    }
  });
});

test('defining a catalogue with an example whose check throws names the contract', () => {
  for (const [what, schema] of checks) {
    if (what.includes('text')) continue;
    expect(() => catalogueOf(schema, z.unknown(), 'abc'), what).toThrow(/^operation "check", example input: the check/);
  }
  const noDefault = z.string().default(() => thrower('', new Error('no default today')) as never);
  expect(() => catalogueOf(z.object({ a: noDefault }), z.unknown(), {})).toThrow(/operation "check".*no default today/);
});

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const rejections = [Promise.reject(new Error('1')), Promise.reject(new Error('2'))];
// As values of this table they belong to no call.
void Promise.allSettled(rejections);
const promises = [rejections[0], { a: rejections[1] }];
const hostile: readonly [string, unknown][] = [
  [
    'a getter that throws',
    {
      get a() {
        return thrower('', new Error('no'));
      },
    },
  ],
  ['a Proxy that throws', new Proxy({}, { ownKeys: () => thrower('', null) as never })],
  ['a Proxy whose prototype throws', new Proxy({ a: 1 }, { getPrototypeOf: () => thrower('', null) as never })],
  ['a Proxy that was revoked', revoked.proxy],
  [
    'a then that throws',
    {
      get then() {
        return thrower('', new Error('no'));
      },
    },
  ],
  ['a symbol', Symbol('x')],
  ['a function', () => 1],
  [
    'a value without end',
    new Proxy(
      {},
      {
        get: (_, __, self) => self,
        ownKeys: () => ['a'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      },
    ),
  ],
  ['promises that nobody awaits', promises],
];

const free = catalogueOf(z.unknown(), z.unknown());

test.each(hostile)('a call with %s as an operand rejects', async (_what, value) => {
  const client = simulate().connect({ catalogue: free.catalogue });
  const wanted = { name: 'RequestError', code: 'invalid-request', id: undefined };
  await expect(client.ask(value)).rejects.toMatchObject(wanted);
  await expect(client.ask({ deep: [value] })).rejects.toMatchObject(wanted);
  await expect(client.call('ask', value as never)).rejects.toMatchObject(wanted);
  await expect(client.ask('x', value as never)).rejects.toMatchObject(wanted);
  await expect(client.ask('x', { timeoutMs: value } as never)).rejects.toMatchObject(wanted);
  await expect(client.ask('x', { signal: value } as never)).rejects.toMatchObject(wanted);
  await expect(client.status(value as never)).rejects.toMatchObject(wanted);
  await expect(client.status({ waitMs: value } as never)).rejects.toMatchObject(wanted);
  await expect(client.call(value as never, [])).rejects.toMatchObject({ code: 'unknown-formula' });
});

class Silent extends Error {
  override get message(): string {
    throw new Error('no');
  }
}

const outcomes: readonly [string, () => unknown][] = [
  ...hostile.map(([what, value]) => [`gives ${what}`, () => value] as [string, () => unknown]),
  ['throws nothing at all', () => thrower('', undefined)],
  ['throws null', () => thrower('', null)],
  ['throws a symbol', () => thrower('', Symbol('x'))],
  ['throws an object without a text', () => thrower('', Object.create(null))],
  ['throws an Error whose message throws', () => thrower('', new Silent())],
  ['throws a failure', () => thrower('', failure('out-of-domain', 'thrown'))],
  ['gives a failure whose code throws', () => Object.assign(failure('internal', ''), { message: Symbol('x') })],
  ['gives nothing', () => undefined],
  ['gives promises that nobody awaits', () => [1, 2].map((n) => Promise.reject(new Error(String(n))))],
];

test.each(outcomes)(
  'a handler that %s ends as `internal`, whether it runs at once, later or as a fallback',
  async (_what, make) => {
    const stray = strayRejections();
    for (const operations of [undefined, [] as const]) {
      const ways: (() => unknown)[] = [
        make,
        async () => make(),
        () => ({ then: (done: (value: unknown) => void) => done(make()) }),
      ];
      const network = simulate();
      let next: () => unknown = make;
      network.serve({
        ...free,
        handlers: { check: () => next() },
        ...(operations === undefined ? {} : { operations }),
      });
      const client = network.connect({ catalogue: free.catalogue });
      await network.pass(500);
      for (const way of ways) {
        next = way;
        await expect(client.ask('x')).rejects.toMatchObject({ name: 'RequestError', code: 'internal' });
      }
      next = () => 'well';
      expect((await client.ask('x')).value).toBe('well');
    }
    await settledTurns();
    expect(stray).toEqual([]);
  },
);

const check = free.catalogue.operations.check as Operation;
const brokenPlans: readonly [string, () => unknown][] = [
  ...outcomes,
  ['is asynchronous', async () => [call(check, 'x')]],
  ['is asynchronous and rejects', async () => thrower('', new Error('no'))],
  [
    'calls with a getter that throws',
    () => [
      {
        operation: check,
        get input() {
          return thrower('', new Error('no'));
        },
      },
    ],
  ],
  [
    'calls what has a name that throws',
    () => [
      {
        operation: {
          get name() {
            return thrower('', new Error('no'));
          },
        },
      },
    ],
  ],
  ['is a list that throws', () => new Proxy([], { get: () => thrower('', new Error('no')) })],
  ['calls with promises', () => [call(check, [Promise.reject(new Error('no'))])]],
  ['calls nothing of this catalogue', () => [{ operation: { name: 'other' }, input: 1 }]],
];

test.each(brokenPlans)('a plan or combine that %s ends as `internal`', async (what, make) => {
  const stray = strayRejections();
  const network = simulate();
  let [plan, combine] = [(): unknown => make(), (): unknown => make()];
  const code = { plan: () => plan(), combine: () => combine() };
  // In JavaScript the types do not require formulaCode().
  network.serve({ ...free, formulas: { ask: code as never }, handlers });
  const client = network.connect({ catalogue: free.catalogue });
  await expect(client.ask('x')).rejects.toMatchObject({ name: 'RequestError', code: 'internal' });
  plan = () => [call(check, 'x')];
  // For combine, a list of calls is an ordinary value.
  if (!what.startsWith('calls')) {
    await expect(client.ask('x')).rejects.toMatchObject({ name: 'RequestError', code: 'internal' });
  }
  combine = () => 'well';
  expect((await client.ask('x')).value).toBe('well');
  await settledTurns();
  expect(stray).toEqual([]);
});

test('a failure made by another copy of the contracts is a failure, from a handler, a plan and a combine, under any schema', async () => {
  const copy = `${import.meta.resolve('@cateto/contracts').replace('index.ts', 'messages/failures.ts')}?copy`;
  const other = (await import(/* @vite-ignore */ copy)) as { failure: typeof failure };
  const refused = other.failure('out-of-domain', 'not there');
  expect(refused).not.toBeInstanceOf(failure('internal', '').constructor);
  const well = { plan: () => [call(check, 'x')], combine: () => 'well' };
  const ways = [
    [() => refused, well],
    [async () => refused, well],
    [() => 'x', { ...well, plan: () => refused }],
    [() => 'x', { ...well, combine: () => refused }],
  ] as const;
  for (const [handler, code] of ways) {
    const network = simulate();
    network.serve({ ...free, formulas: { ask: code as never }, handlers: { check: handler } });
    const asked = network.connect({ catalogue: free.catalogue }).ask('x');
    await expect(asked).rejects.toMatchObject({ code: 'out-of-domain', message: 'not there' });
  }
});
