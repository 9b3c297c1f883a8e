import { SettingFault } from '@cateto/contracts';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTracing } from './tracing.ts';

/* tests/src/e2e/traces.test.ts looks at what a receiver gets from real programs. */

const nothing = (): void => undefined;

test.each([
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    'OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" is not one of http/protobuf, http/json',
  ],
  [{ OTEL_RESOURCE_ATTRIBUTES: 'x' }, 'OTEL_RESOURCE_ATTRIBUTES: entry 1 of 1 is not a percent-encoded key=value'],
])('a value that is not supported ends the program with one line: %j', (environment, message) => {
  expect(() => startTracing('op-server', environment, nothing)).toThrow(new SettingFault(message));
});

test('with OTEL_SDK_DISABLED there is no telemetry', async () => {
  const { telemetry, close } = startTracing('op-server', { OTEL_SDK_DISABLED: 'true' }, nothing);
  expect(telemetry).toBeUndefined();
  await close();
});

test('a receiver that never answers delays the end of a program by a second at most, and the loss is reported', async () => {
  const silent = createServer(nothing).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => {
    silent.closeAllConnections();
    silent.close();
    vi.unstubAllEnvs();
  });
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  const lost: string[] = [];
  const { telemetry, close } = startTracing('op-server', process.env, (cause) => lost.push(cause));
  telemetry?.call({ method: 'square', parent: undefined }).end({ id: 'aaaaaaaaaaaa-1', failure: undefined });
  await close();
  expect(lost).toEqual(['the receiver has not taken the last spans within 1000 ms']);
});

test('a queue may be shorter than the usual batch', async () => {
  vi.stubEnv('OTEL_BSP_MAX_QUEUE_SIZE', '10');
  onTestFinished(() => void vi.unstubAllEnvs());
  const lost: string[] = [];
  const { close } = startTracing('op-server', process.env, (cause) => lost.push(cause));
  await close();
  expect(lost).toEqual([]);
});

test('a setting that only the SDK finds wrong ends the program, and is not reported as lost spans', () => {
  // The SDK reads the variables of the process.
  vi.stubEnv('OTEL_SPAN_EVENT_COUNT_LIMIT', 'many');
  onTestFinished(() => void vi.unstubAllEnvs());
  const lost: string[] = [];
  expect(() => startTracing('op-server', {}, (cause) => lost.push(cause))).toThrow(
    /^a variable OTEL_\* cannot be used: .*'many' for OTEL_SPAN_EVENT_COUNT_LIMIT/,
  );
  expect(lost).toEqual([]);
});
