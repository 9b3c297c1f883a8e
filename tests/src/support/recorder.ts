import { SpanKind } from '@opentelemetry/api';
import { formulas, handlers } from '@cateto/compute';
import type { Telemetry } from '@cateto/contracts';
import type { SimulatedSystem } from '@cateto/sdk/testing';
import { simulate } from '@cateto/sdk/testing';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { openTelemetry } from '@cateto/otel';

export interface Recorded {
  readonly telemetry: Telemetry;
  /** The spans that have ended. */
  spans(): readonly ReadableSpan[];
}

export function recorder(sampler?: Sampler): Recorded {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  const tracerProvider = new BasicTracerProvider({ spanProcessors, ...(sampler && { sampler }) });
  return { telemetry: openTelemetry({ tracerProvider }), spans: () => exporter.getFinishedSpans() };
}

/** A system of the calculator: one server for formulas, on `calc`, and one for operations only, on `op`. */
export function calculatorSystem(telemetry: Telemetry | undefined): SimulatedSystem {
  const system = simulate();
  system.serve({ handlers, formulas, operations: [], telemetry, host: 'calc' });
  system.serve({ handlers, telemetry, host: 'op' });
  return system;
}

/** The kind and name of a span below those of its ancestors: `client hypotenuse > server hypotenuse`. */
export function pathsOf(spans: readonly ReadableSpan[]): string[] {
  const kinds = ['internal', 'server', 'client'];
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  const pathOf = ({ kind, name, parentSpanContext: above }: ReadableSpan): string => {
    const own = `${kinds[kind]} ${name}`;
    if (above === undefined) return own;
    const parent = byId.get(above.spanId);
    return `${parent === undefined ? '(elsewhere)' : pathOf(parent)} > ${own}`;
  };
  return spans.map(pathOf).toSorted();
}

export function eventsOf(spans: readonly ReadableSpan[], name: string): string[] {
  return spans
    .filter((span) => span.name === name && span.kind === SpanKind.CLIENT)
    .flatMap(({ events }) => events.map((one) => one.name));
}
