/*
 * The seam between a process and its traces. Without a telemetry, nothing of this runs. `@cateto/otel` implements it
 * with OpenTelemetry.
 */

/** Turns the calls and the served requests of a process into spans. */
export interface Telemetry {
  /** A client calls a formula, or a calc-server calls an operation. */
  call(call: TelemetryCall): CallSpan;
  /** A server begins a request. */
  serve(request: TelemetryRequest): ServeSpan;
}

export interface TelemetryCall {
  /** The name of the operation or formula. */
  readonly method: string;
  /**
   * The traceparent of the request for which a calc-server calls. Undefined at a client, where the span that is active in
   * the program counts.
   */
  readonly parent: string | undefined;
}

export interface TelemetryRequest {
  readonly method: string;
  /** The traceparent that came with the request. */
  readonly parent: string | undefined;
  /** The id of the request. */
  readonly id: string;
  /** How often it had been sent when it arrived. */
  readonly attempt: number;
  /** Milliseconds that it has waited since it was admitted. */
  readonly waitedMs: number;
}

/** One call with all its retries. */
export interface CallSpan {
  /** Sent with the request, so that servers continue the trace; undefined when there is nothing to continue. */
  readonly traceparent: string | undefined;
  event(event: CallEvent): void;
  /** Called once. */
  end(end: SpanEnd): void;
}

/** The run of one request in a server. */
export interface ServeSpan {
  /** The parent of the calls that the request causes. */
  readonly traceparent: string | undefined;
  /** Runs the code, at once, so that spans that it starts become children of this one. */
  within(code: () => void): void;
  /** Called once. */
  end(end: SpanEnd): void;
}

export interface SpanEnd {
  /** The id of the request. */
  readonly id: string;
  /** The failure code; undefined for a value. */
  readonly failure: string | undefined;
}

/** An event of a call on its way. */
export type CallEvent =
  /** No server has the call yet: there is no active broker, the return path is not confirmed, or no server has room. */
  | { readonly type: 'held' }
  /** It was sent to a server. `cause` says why it was sent again, and is undefined for the first time. */
  | { readonly type: 'sent'; readonly server: string; readonly attempt: number; readonly cause: string | undefined }
  /** No broker is active any more; a broker is active again. */
  | { readonly type: 'broker-lost' | 'broker-active' }
  /** The calc-server computes it itself, because of this failure. */
  | { readonly type: 'fallback'; readonly cause: string };
