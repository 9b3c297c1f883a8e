import { openTelemetry } from '@cateto/otel';
import type { SystemEvent } from '@cateto/sdk';
import { connect } from '@cateto/sdk';
import { startLoad } from '@cateto/verification/support/load.ts';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { setImmediate as immediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { anyPorts, urlOf } from '../support/endpoint.ts';
import type { ReceivedEvent, ReceivedSpan } from '../support/otlp-protobuf.ts';
import type { OtlpReceiver } from '../support/otlp-receiver.ts';
import { otlpReceiver } from '../support/otlp-receiver.ts';
import { runApp } from '../support/run-app.ts';
import { scrape, valueOf } from '../support/scrape.ts';
import { settled, system } from '../support/system.ts';

/* The traces of real processes, as an OTLP receiver gets them. */

/** Of each span its kind and name, below those of its ancestors. */
function treeOf(spans: readonly ReceivedSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const pathOf = (span: ReceivedSpan): string => {
    const parent = byId.get(span.parentSpanId);
    const above = span.parentSpanId === '' ? '' : `${parent === undefined ? '(unknown)' : pathOf(parent)} > `;
    return `${above}${span.kind} ${span.name}`;
  };
  return spans.map(pathOf).toSorted();
}

const client = 'client hypotenuse';
const server = `${client} > server hypotenuse`;
const call = `${server} > client square`;
const tree = [client, server, call, call, `${call} > server square`, `${call} > server square`];

function byTrace(spans: readonly ReceivedSpan[]): ReadonlyMap<string, readonly ReceivedSpan[]> {
  const traces = new Map<string, ReceivedSpan[]>();
  for (const span of spans) traces.set(span.traceId, [...(traces.get(span.traceId) ?? []), span]);
  return traces;
}

test('one call is one trace of six spans, from the command line to the op-servers', async () => {
  const receiver = await otlpReceiver();
  const cluster = await system({ environment: receiver.environment });
  await cluster.ready();
  const { code, out } = await runApp('client', ['hypotenuse', '12', '13', '--json', '--brokers', cluster.brokers], {
    ...receiver.environment,
    OTEL_SERVICE_NAME: 'shop',
  });
  expect(code).toBe(0);
  const { id } = JSON.parse(out) as { readonly id: string };
  await receiver.until((spans) => spans.length >= tree.length);
  const spans = receiver.spans();
  expect(treeOf(spans)).toEqual(tree);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect([...receiver.types]).toEqual(['/v1/traces application/x-protobuf']);
  const root = spans.find(({ parentSpanId }) => parentSpanId === '');
  expect(root).toMatchObject({
    attributes: { 'rpc.system.name': 'cateto', 'rpc.method': 'hypotenuse', 'cateto.request.id': id },
    isError: false,
    resource: { 'service.name': 'shop' },
  });
  expect(root?.events.map(({ name }) => name)).toContain('cateto.sent');
  const services = spans
    .filter(({ kind }) => kind === 'server')
    .map(({ resource }) => String(resource['service.name']));
  expect(services.toSorted()).toEqual(['cateto-calc-server', 'cateto-op-server', 'cateto-op-server']);
  const served = spans.find((span) => span.kind === 'server' && span.name === 'hypotenuse');
  expect(served?.attributes).toMatchObject({ 'cateto.request.id': id, 'cateto.request.attempt': 1 });
});

test('when the broker is killed under load, traces, metrics, events and the log tell the same story with the same times', async () => {
  const receiver = await otlpReceiver();
  const cluster = await system({ environment: receiver.environment, http: anyPorts });
  await cluster.ready();
  const calls = await tracedClient(cluster.brokers, receiver);
  await settled(calls);
  const load = startLoad(calls, 64);
  await load.answered(200);
  // Requests that the broker will not forward: it is stopped before they are sent, and killed after.
  const killedMs = Date.now();
  await cluster.kill('broker', 'SIGSTOP');
  const caught = Array.from({ length: 20 }, (_, leg) => calls.call('hypotenuse', [leg + 1, 1]));
  await immediate();
  await cluster.kill('broker', 'SIGKILL');
  const active = await cluster.get('backup').waitFor('active');
  await Promise.all(caught);
  await load.answered(200);
  expect(await load.stop()).toMatchObject({ wrong: 0, failed: {} });
  const { retries } = calls.metrics();
  expect(retries['broker-changed']).toBeGreaterThan(0);

  // Every span of the client has ended, and is sent soon.
  const ofClient = (spans: readonly ReceivedSpan[]): readonly ReceivedSpan[] =>
    spans.filter(({ parentSpanId }) => parentSpanId === '');
  const answered = (): number => sum(calls.metrics().calls.map(({ durations }) => sum(durations.counts)));
  await receiver.until((spans) => ofClient(spans).length === answered());
  // Calls from before the kill may have been sent again too.
  const resent = ofClient(receiver.spans()).filter((span) => (resentMs(span) ?? 0) >= killedMs - 2);
  expect(resent.length).toBeGreaterThan(0);
  const ids = new Set(resent.map(({ traceId }) => traceId));
  const ofResent = (spans: readonly ReceivedSpan[]) => byTrace(spans.filter(({ traceId }) => ids.has(traceId)));
  await receiver.until((spans) => [...ofResent(spans).values()].every((one) => one.length >= tree.length));

  // A trace is complete, although its broker was killed. A retry may have gone to another op-server, which has its own span.
  for (const spans of ofResent(receiver.spans()).values()) expect(new Set(treeOf(spans))).toEqual(new Set(tree));
  for (const span of resent) expect(span.isError).toBe(false);

  // The metrics of the client count the retries that its spans show, cause by cause.
  const shown: Record<string, number> = Object.fromEntries(Object.keys(retries).map((cause) => [cause, 0]));
  for (const { attributes } of ofClient(receiver.spans()).flatMap((span) => eventsOf(span, 'cateto.retry'))) {
    const cause = String(attributes['cateto.cause']);
    shown[cause] = (shown[cause] ?? 0) + 1;
  }
  expect(shown).toEqual(retries);

  // The broker counts one takeover, for the cause that its log names.
  const text = await scrape(await urlOf(cluster.get('backup')));
  expect(valueOf(text, 'cateto_broker_takeovers_total')).toBe(1);
  expect(valueOf(text, 'cateto_broker_takeovers_total', { cause: String(active['cause']) })).toBe(1);
  expect(valueOf(text, 'cateto_broker_state', { state: 'active' })).toBe(1);

  // The times: the kill, the takeover in the log of the broker, and then the first retry. Clocks are rounded to a millisecond.
  const activeMs = Date.parse(active.time);
  for (const span of resent) {
    const retryMs = resentMs(span) ?? 0;
    // The client has no broker between the end of the old one and the takeover. On a slow machine, the backup may take
    // over before the signal has ended the old one.
    const [lostMs = killedMs] = eventsOf(span, 'cateto.broker_lost').map(({ atMs }) => atMs);
    const [againMs = activeMs] = eventsOf(span, 'cateto.broker_active').map(({ atMs }) => atMs);
    expect(lostMs).toBeGreaterThanOrEqual(killedMs - 2);
    expect(againMs).toBeGreaterThanOrEqual(Math.max(activeMs, lostMs) - 2);
    expect(retryMs).toBeGreaterThanOrEqual(againMs - 2);
    expect(span.endMs).toBeGreaterThanOrEqual(retryMs);
  }

  // A reader that comes later learns the same: the takeover with the cause and the time of the log, and how long each
  // server was without a broker.
  const events: SystemEvent[] = [];
  for await (const event of calls.events({ follow: false, waitMs: 60_000 })) events.push(event);
  const takeovers = events.filter(({ event, at }) => event === 'active' && at >= killedMs - 2);
  expect(takeovers).toMatchObject([
    { process: { role: 'broker', rank: 'backup' }, fields: { cause: active['cause'], epoch: active['epoch'] } },
  ]);
  const [{ at: takeoverMs, clockOffsetMs } = { at: 0, clockOffsetMs: 0 }] = takeovers;
  // The event is kept before its line is written, in the same turn of the loop.
  expect(takeoverMs + clockOffsetMs).toBeLessThanOrEqual(activeMs);
  expect(takeoverMs + clockOffsetMs).toBeGreaterThanOrEqual(killedMs - 2);
  const down = events.find(({ event, at }) => event === 'broker-down' && at >= killedMs - 2);
  expect(down?.at).toBeLessThanOrEqual(takeoverMs);
  const firstAgainMs = Math.min(
    ...resent.flatMap((span) => eventsOf(span, 'cateto.broker_active').map(({ atMs }) => atMs)),
  );
  expect(firstAgainMs).toBeGreaterThanOrEqual(takeoverMs - 2);
  for (const { at, fields } of events.filter(({ event }) => event === 'active-broker-reached')) {
    expect(at).toBeGreaterThanOrEqual(takeoverMs - 2);
    expect(at - Number(fields.afterMs)).toBeGreaterThanOrEqual(killedMs - 2);
  }
});

function eventsOf({ events }: ReceivedSpan, name: string): readonly ReceivedEvent[] {
  return events.filter((event) => event.name === name);
}

/** The time at which a call was sent again because another broker has become active. */
function resentMs(span: ReceivedSpan): number | undefined {
  return eventsOf(span, 'cateto.retry').find(({ attributes }) => attributes['cateto.cause'] === 'broker-changed')?.atMs;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

async function tracedClient(brokers: string, receiver: OtlpReceiver) {
  const exporter = new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` });
  const processor = new BatchSpanProcessor(exporter, { scheduledDelayMillis: 100, maxQueueSize: 100_000 });
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [processor] });
  const connected = await connect({ brokers, timeoutMs: 60_000, telemetry: openTelemetry({ tracerProvider }) });
  onTestFinished(async () => {
    await connected.close();
    await tracerProvider.shutdown();
  });
  return connected;
}
