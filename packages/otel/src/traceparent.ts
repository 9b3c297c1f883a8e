import { isTraceparent } from '@cateto/contracts';
import type { SpanContext } from '@opentelemetry/api';
import { isSpanContextValid } from '@opentelemetry/api';

/* The W3C form of a span context, which requests carry: version, trace id, span id, flags. */

const hexBase = 16;

/** @returns undefined for the context of no span */
export function writeTraceparent(context: SpanContext): string | undefined {
  if (!isSpanContextValid(context)) return undefined;
  const flags = context.traceFlags.toString(hexBase).padStart(2, '0');
  return `00-${context.traceId}-${context.spanId}-${flags}`;
}

/**
 * @param isRemote whether the span belongs to another process, which samplers may treat differently
 * @returns undefined for a text that is not a traceparent
 */
export function readTraceparent(text: string | undefined, isRemote: boolean): SpanContext | undefined {
  if (text === undefined || !isTraceparent(text)) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = text.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, hexBase), isRemote };
}
