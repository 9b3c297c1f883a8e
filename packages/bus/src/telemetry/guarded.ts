import type {
  CallEvent,
  CallSpan,
  ServeSpan,
  SpanEnd,
  Telemetry,
  TelemetryCall,
  TelemetryRequest,
} from '@cateto/contracts';
import { inMicrotask } from '../link/web.ts';

/*
 * A telemetry is code of the user. If it throws, the calls go on without their spans, and the exception is thrown
 * uncaught in a later turn, like that of an event listener.
 */

export function guarded(telemetry: Telemetry): Telemetry {
  return {
    call: (call: TelemetryCall) => guardedCall(orElse(noCall, () => telemetry.call(call))),
    serve: (request: TelemetryRequest) => guardedServe(orElse(noServe, () => telemetry.serve(request))),
  };
}

const nothing = (): void => undefined;
const noCall: CallSpan = { traceparent: undefined, event: nothing, end: nothing };
const noServe: ServeSpan = { traceparent: undefined, within: (code) => code(), end: nothing };

function guardedCall(span: CallSpan): CallSpan {
  return {
    traceparent: orElse(undefined, () => span.traceparent),
    event: (event: CallEvent) => orElse(undefined, () => span.event(event)),
    end: (end: SpanEnd) => orElse(undefined, () => span.end(end)),
  };
}

function guardedServe(span: ServeSpan): ServeSpan {
  return {
    traceparent: orElse(undefined, () => span.traceparent),
    within(code) {
      // The code begins a run, so it must run exactly once, and now.
      let ran = false;
      const runOnce = (): void => {
        if (ran) return;
        ran = true;
        code();
      };
      orElse(undefined, () => span.within(runOnce));
      runOnce();
    },
    end: (end: SpanEnd) => orElse(undefined, () => span.end(end)),
  };
}

function orElse<T>(otherwise: T, use: () => T): T {
  try {
    return use();
  } catch (error) {
    inMicrotask(() => {
      throw error;
    });
    return otherwise;
  }
}
