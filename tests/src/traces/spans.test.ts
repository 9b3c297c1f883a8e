import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AlwaysOffSampler, ParentBasedSampler } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, test } from 'vitest';
import { handlers } from '@cateto/compute';
import { openTelemetry } from '@cateto/otel';
import { calculatorSystem, eventsOf, pathsOf, recorder } from '../support/recorder.ts';

const root = 'client hypotenuse';
const formula = `${root} > server hypotenuse`;
const call = `${formula} > client square`;
const six = [root, formula, call, call, `${call} > server square`, `${call} > server square`];

afterEach(() => context.disable());

describe('the spans of a call', () => {
  test('a call, its formula, and each call of an operation are spans of one trace', async () => {
    const { telemetry, spans } = recorder();
    const client = calculatorSystem(telemetry).connect({ telemetry });
    const { id } = await client.hypotenuse(3, 4);
    expect(pathsOf(spans())).toEqual(six);
    const last = spans().find(({ parentSpanContext: parent }) => parent === undefined);
    expect(last?.attributes).toEqual({
      'rpc.system.name': 'cateto',
      'rpc.method': 'hypotenuse',
      'cateto.request.id': id,
      'cateto.call.attempts': 1,
    });
    expect(last?.status.code).toBe(SpanStatusCode.UNSET);
  });

  test('a call is a child of the span that is active in the program', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const { telemetry, spans } = recorder();
    const client = calculatorSystem(telemetry).connect({ telemetry });
    const own = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
    await context.with(trace.setSpanContext(ROOT_CONTEXT, own), () => client.hypotenuse(3, 4));
    expect(pathsOf(spans())).toEqual(six.map((path) => `(elsewhere) > ${path}`));
    expect(new Set(spans().map((span) => span.spanContext().traceId))).toEqual(new Set([own.traceId]));
  });

  test('spans contain the code of a failure, and a failure of the input is not an error of the server’s span', async () => {
    const { telemetry, spans } = recorder();
    const client = calculatorSystem(telemetry).connect({ telemetry });
    await expect(client.leg(3, 5)).rejects.toMatchObject({ code: 'out-of-domain' });
    const [called, served] = [SpanKind.CLIENT, SpanKind.SERVER].map((kind) =>
      spans().find((span) => span.kind === kind && span.name === 'leg'),
    );
    expect(called).toMatchObject({
      attributes: { 'error.type': 'out-of-domain' },
      status: { code: SpanStatusCode.ERROR },
    });
    expect(served).toMatchObject({
      attributes: { 'error.type': 'out-of-domain' },
      status: { code: SpanStatusCode.UNSET },
    });
  });

  test('a cancelled call ends its span', async () => {
    const { telemetry, spans } = recorder();
    const system = calculatorSystem(telemetry);
    const client = system.connect({ telemetry });
    const aborting = new AbortController();
    const calling = client.hypotenuse(3, 4, { signal: aborting.signal });
    aborting.abort();
    await expect(calling).rejects.toMatchObject({ code: 'cancelled' });
    expect(spans()).toMatchObject([{ name: 'hypotenuse', attributes: { 'error.type': 'cancelled' } }]);
  });

  test('a handler’s own spans are children of the span of its request', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const { telemetry } = recorder();
    const system = calculatorSystem(undefined);
    const seen: (string | undefined)[] = [];
    system.crash('op');
    system.serve({
      handlers: {
        ...handlers,
        async square(x) {
          await Promise.resolve();
          seen.push(trace.getSpanContext(context.active())?.traceId);
          return x * x;
        },
      },
      telemetry,
    });
    const client = system.connect();
    // Until the calc-server knows the new op-server, it computes the squares itself.
    await system.pass(1_000);
    await client.hypotenuse(3, 4);
    expect(seen).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });
});

describe('what happens on the way', () => {
  test('a call without a broker shows that it is held, and when it was sent', async () => {
    const { telemetry, spans } = recorder();
    const system = calculatorSystem(telemetry);
    const client = system.connect({ telemetry });
    await client.hypotenuse(3, 4);
    expect(eventsOf(spans(), 'hypotenuse')).toEqual(['cateto.held', 'cateto.broker_active', 'cateto.sent']);
  });

  test('a takeover shows as a lost broker, an active one and a retry', async () => {
    const { telemetry, spans } = recorder();
    const system = calculatorSystem(telemetry);
    const client = system.connect({ telemetry });
    await client.hypotenuse(3, 4);
    const before = spans().length;
    const calling = client.hypotenuse(3, 4);
    system.crash('broker');
    await calling;
    const events = eventsOf(spans().slice(before), 'hypotenuse');
    expect(events.slice(0, 3)).toEqual(['cateto.sent', 'cateto.broker_lost', 'cateto.broker_active']);
    expect(events).toContain('cateto.retry');
    expect(pathsOf(spans().slice(before))).toEqual(six);
  });

  test('a call that the calc-server computes itself shows why', async () => {
    const { telemetry, spans } = recorder();
    const system = calculatorSystem(telemetry);
    const client = system.connect({ telemetry });
    await client.hypotenuse(3, 4);
    const before = spans().length;
    system.crash('op');
    await client.hypotenuse(3, 4);
    const squares = spans()
      .slice(before)
      .filter(({ name }) => name === 'square');
    expect(squares).toHaveLength(2);
    for (const { events, status, attributes } of squares) {
      expect(events.at(-1)).toMatchObject({
        name: 'cateto.fallback',
        attributes: { 'cateto.cause': expect.any(String) },
      });
      expect(status.code).toBe(SpanStatusCode.UNSET);
      expect(attributes).not.toHaveProperty('error.type');
    }
  });

  test('a request whose turn never came, and a handler that never settles, end their spans', async () => {
    const { telemetry, spans } = recorder();
    const system = calculatorSystem(undefined);
    system.crash('op');
    await system.pass(1_000);
    system.serve({
      handlers: { ...handlers, square: () => new Promise<number>(() => undefined) },
      concurrency: 1,
      telemetry,
      host: 'slow',
    });
    await system.pass(1_000);
    const client = system.connect();
    const calls = [client.hypotenuse(3, 4, { timeoutMs: 1_000 }), client.hypotenuse(3, 4, { timeoutMs: 1_000 })];
    await Promise.allSettled(calls);
    await system.pass(10_000);
    const served = spans().filter(({ kind }) => kind === SpanKind.SERVER);
    expect(served.length).toBeGreaterThan(0);
    for (const { attributes } of served) expect(attributes['error.type']).toBe('deadline-exceeded');
  });
});

describe('the trace that a request carries', () => {
  const traced = (system: ReturnType<typeof calculatorSystem>) => {
    const seen: { readonly trace: string | undefined; readonly traceId?: string | undefined }[] = [];
    system.connect().watch(({ topic, trace: mark, traceId }) => {
      if (topic.includes('request')) seen.push({ trace: mark, traceId });
    });
    return seen;
  };

  test('the mark of the program goes along, on every request that the call causes', async () => {
    const { telemetry, spans } = recorder();
    const system = calculatorSystem(telemetry);
    const seen = traced(system);
    const client = system.connect({ telemetry });
    await client.hypotenuse(3, 4);
    seen.length = 0;
    await client.hypotenuse(3, 4, { trace: 'order 17' });
    const { traceId } = spans().at(-1)?.spanContext() ?? {};
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ trace: 'order 17', traceId })]),
    );
  });

  test('a mark that leaves no room for the context is sent whole', async () => {
    const { telemetry } = recorder();
    const system = calculatorSystem(telemetry);
    const seen = traced(system);
    const client = system.connect({ telemetry });
    await client.hypotenuse(3, 4);
    seen.length = 0;
    await client.hypotenuse(3, 4, { trace: 'x'.repeat(128) });
    expect(seen[0]).toEqual({ trace: 'x'.repeat(128), traceId: undefined });
  });

  test('a server without traces passes the context on', async () => {
    const { telemetry, spans } = recorder();
    const system = calculatorSystem(undefined);
    system.crash('op');
    system.serve({ handlers, telemetry, host: 'traced' });
    await system.pass(1_000);
    await system.connect({ telemetry }).hypotenuse(3, 4);
    expect(pathsOf(spans())).toEqual([root, `${root} > server square`, `${root} > server square`]);
  });

  test('a call that is not sampled is not sampled at its servers either', async () => {
    const client = recorder(new AlwaysOffSampler());
    const server = recorder(new ParentBasedSampler({ root: new AlwaysOffSampler() }));
    const system = calculatorSystem(server.telemetry);
    const seen = traced(system);
    await system.connect({ telemetry: client.telemetry }).hypotenuse(3, 4);
    expect([client.spans(), server.spans()]).toEqual([[], []]);
    expect(seen.every(({ traceId }) => traceId !== undefined)).toBe(true);
  });

  test('without an SDK in the program, requests carry nothing but the mark', async () => {
    const system = calculatorSystem(openTelemetry());
    const seen = traced(system);
    await system.connect({ telemetry: openTelemetry() }).hypotenuse(3, 4, { trace: 'mine' });
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify({ trace: 'mine' })]));
  });
});
