import type { CallSpan, ServeSpan, SpanEnd, Telemetry } from '@cateto/contracts';
import { isOfProtocol, version } from '@cateto/contracts';
import type { Span, SpanContext, TracerProvider } from '@opentelemetry/api';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { attributeNames, callAttributes, eventOf } from './attributes.ts';
import { readTraceparent, writeTraceparent } from './traceparent.ts';

export interface OpenTelemetryOptions {
  /** Unless given, the one that the program has registered, now or later. */
  readonly tracerProvider?: TracerProvider | undefined;
}

/**
 * Failures that concern the input, not the server. With them, as with a declared failure, the span of the server is no
 * error.
 */
const ofInput: ReadonlySet<string> = new Set(['out-of-domain', 'invalid-request', 'cancelled']);

/** Makes a span of each call and of each request that runs: for `connect({ telemetry })` and `serve({ telemetry })`. */
export function openTelemetry({ tracerProvider }: OpenTelemetryOptions = {}): Telemetry {
  const tracer = (tracerProvider ?? trace).getTracer('@cateto/otel', version);
  return {
    call({ method, parent }) {
      // In a calc-server, the parent is the span of its own request. In a client, it is the active span of the program.
      const inside = parent === undefined ? context.active() : contextOf(readTraceparent(parent, false));
      const span = tracer.startSpan(method, { kind: SpanKind.CLIENT, attributes: callAttributes(method) }, inside);
      return new Call(span);
    },
    serve({ method, parent, id, attempt, waitedMs }) {
      const attributes = {
        ...callAttributes(method),
        [attributeNames.request]: id,
        [attributeNames.attempt]: attempt,
        [attributeNames.queued]: waitedMs / 1_000,
      };
      const beganMs = Date.now();
      const startTime = beganMs - waitedMs;
      const remote = contextOf(readTraceparent(parent, true));
      return new Served(tracer.startSpan(method, { kind: SpanKind.SERVER, attributes, startTime }, remote), beganMs);
    },
  };
}

/** The context in which the span with this context is active; without one, a new trace begins. */
function contextOf(parent: SpanContext | undefined): ReturnType<typeof context.active> {
  const active = context.active();
  return parent === undefined ? trace.deleteSpan(active) : trace.setSpanContext(active, parent);
}

class Call implements CallSpan {
  readonly traceparent: string | undefined;
  private readonly span: Span;
  private attempts = 0;

  constructor(span: Span) {
    this.span = span;
    this.traceparent = writeTraceparent(span.spanContext());
  }

  event(event: Parameters<CallSpan['event']>[0]): void {
    if (event.type === 'sent') this.attempts = event.attempt;
    if (this.span.isRecording()) this.span.addEvent(...eventOf(event));
  }

  end({ id, failure }: SpanEnd): void {
    this.span.setAttribute(attributeNames.request, id);
    this.span.setAttribute(attributeNames.attempts, this.attempts);
    endSpan(this.span, failure, failure !== undefined);
  }
}

class Served implements ServeSpan {
  readonly traceparent: string | undefined;
  private readonly span: Span;
  private readonly beganMs: number;
  private readonly mark = performance.now();

  constructor(span: Span, beganMs: number) {
    this.span = span;
    this.beganMs = beganMs;
    this.traceparent = writeTraceparent(span.spanContext());
  }

  within(code: () => void): void {
    context.with(trace.setSpan(context.active(), this.span), code);
  }

  end({ failure }: SpanEnd): void {
    const isError = failure !== undefined && isOfProtocol(failure) && !ofInput.has(failure);
    // A span whose start is given would otherwise end at a whole millisecond.
    endSpan(this.span, failure, isError, this.beganMs + performance.now() - this.mark);
  }
}

function endSpan(span: Span, failure: string | undefined, isError: boolean, endMs?: number): void {
  if (failure !== undefined) span.setAttribute(attributeNames.error, failure);
  if (isError) span.setStatus({ code: SpanStatusCode.ERROR, message: failure ?? '' });
  span.end(endMs);
}
