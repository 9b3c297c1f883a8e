import type { Telemetry } from '@cateto/contracts';
import { SettingFault, version } from '@cateto/contracts';
import { openTelemetry } from '@cateto/otel';
import { context, diag, DiagLogLevel } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Resource } from '@opentelemetry/resources';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { hostname } from 'node:os';
import { checkOtelVariables, isOtelDisabled, otelVariable } from './otel-variables.ts';

/*
 * The traces of a program, sent to an OTLP receiver. The variables `OTEL_*` configure it as OpenTelemetry defines them.
 * This module is loaded only where traces are wanted.
 */

export interface Tracing {
  /** Undefined when `OTEL_SDK_DISABLED` is true. */
  readonly telemetry: Telemetry | undefined;
  /** Sends the spans that have not been sent, for a second at most. */
  close(): Promise<void>;
}

/** A receiver that does not answer must not keep a program from ending. */
const closeMaxMs = 1_000;
const reportEveryMs = 60_000;
/** The defaults of OpenTelemetry. */
const queueSizeDefault = 2_048;
const batchSizeDefault = 512;

/**
 * @param service the name of the service, unless the environment has another
 * @param failed receives the reason why spans were lost, at most once a minute
 * @throws SettingFault for a variable whose value cannot be used
 */
export function startTracing(
  service: string,
  environment: NodeJS.ProcessEnv,
  failed: (message: string) => void,
): Tracing {
  if (isOtelDisabled(environment)) return { telemetry: undefined, close: () => Promise.resolve() };
  checkOtelVariables(environment);
  // Spans that a handler starts become children of the span of its request. A program that was started with
  // OpenTelemetry has a manager already, and keeps it.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const faults = reportFaults(failed);
  const tracerProvider = new BasicTracerProvider({
    resource: resourceOf(service),
    spanProcessors: spanProcessorsOf(environment),
  });
  faults.throwFirst();
  return {
    telemetry: openTelemetry({ tracerProvider }),
    close: () => within(closeMaxMs, tracerProvider.shutdown(), failed),
  };
}

function spanProcessorsOf(environment: NodeJS.ProcessEnv): SpanProcessor[] {
  if (otelVariable(environment, 'OTEL_TRACES_EXPORTER') === 'none') return [];
  const protocol =
    otelVariable(environment, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ??
    otelVariable(environment, 'OTEL_EXPORTER_OTLP_PROTOCOL');
  const exporter = protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
  const queueSize = Number(otelVariable(environment, 'OTEL_BSP_MAX_QUEUE_SIZE') ?? queueSizeDefault);
  const batchSize = Number(otelVariable(environment, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE') ?? batchSizeDefault);
  // The SDK would warn about a short queue with its own default for batches.
  return [new BatchSpanProcessor(exporter, { maxExportBatchSize: Math.min(batchSize, queueSize) })];
}

function resourceOf(service: string): Resource {
  const own = {
    'service.name': `cateto-${service}`,
    'service.version': version,
    'host.name': hostname(),
    'process.pid': process.pid,
  };
  return resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] }));
}

/**
 * Tells an operator that spans could not be sent: they are lost, and nothing else counts them. A message during the
 * start is about a setting.
 */
function reportFaults(failed: (message: string) => void): { throwFirst(): void } {
  let reportedMs = Number.NEGATIVE_INFINITY;
  let starting = true;
  const atStart: string[] = [];
  const report = (message: string): void => {
    if (starting) return void atStart.push(message);
    const nowMs = performance.now();
    if (nowMs - reportedMs < reportEveryMs) return;
    reportedMs = nowMs;
    failed(message);
  };
  const nothing = (): void => undefined;
  const logger = { error: report, warn: report, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return {
    throwFirst() {
      starting = false;
      if (atStart[0] !== undefined) throw new SettingFault(`a variable OTEL_* cannot be used: ${atStart[0]}`);
    },
  };
}

function within(maxMs: number, closing: Promise<void>, failed: (message: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      failed(`the receiver has not taken the last spans within ${maxMs} ms`);
      resolve();
    }, maxMs);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    // The reason why the last spans were lost is already reported.
    closing.then(end, end);
  });
}
