import type { CallSpan, Failure, Success, Telemetry } from '@cateto/contracts';
import { isFailure, joinTrace, requestId, splitTrace } from '@cateto/contracts';
import type { RetryCause } from '@cateto/protocol';
import type { Participant } from '../participant/participant.ts';
import { guarded } from './guarded.ts';

/*
 * The spans of the calls of a client or calc-server. Exists only where a telemetry is given, so that calls without one
 * neither allocate nor check anything beyond that.
 */

/** The open calls of a participant, each with its span. */
export interface CallSpans {
  /**
   * A call begins.
   *
   * @param trace the field of the request that caused it, whose span is the parent and whose mark goes along
   */
  begin(method: string, trace: string | undefined): SpannedCall;
}

export function createCallSpans(participant: Participant, given: Telemetry): CallSpans {
  const telemetry = guarded(given);
  const open = new Set<SpannedCall>();
  let markersHeld = 0;
  participant.attach({
    tableChanged(change) {
      if (change.type !== 'marker-up' && change.type !== 'marker-down') return;
      const before = markersHeld;
      markersHeld = change.held;
      if (before > 0 === markersHeld > 0) return;
      for (const call of open) call.span.event({ type: markersHeld > 0 ? 'broker-active' : 'broker-lost' });
    },
  });
  return {
    begin(method, trace) {
      const { traceparent, mark } = splitTrace(trace);
      const call = new SpannedCall(open, telemetry.call({ method, parent: traceparent }), mark, participant.address);
      open.add(call);
      return call;
    },
  };
}

export class SpannedCall {
  readonly span: CallSpan;
  /** For the field of its requests. */
  readonly trace: string | undefined;
  private readonly open: Set<SpannedCall>;
  private readonly address: string;
  private seq = 0;
  private sent = false;
  private cause: RetryCause | undefined;

  constructor(open: Set<SpannedCall>, span: CallSpan, mark: string | undefined, address: string) {
    this.open = open;
    this.span = span;
    this.address = address;
    this.trace = joinTrace(span.traceparent, mark);
  }

  /** The next sending is a retry with this cause. */
  resending(cause: RetryCause): void {
    this.cause = cause;
  }

  sending(server: string, attempt: number): void {
    this.sent = true;
    const { cause } = this;
    this.cause = undefined;
    this.span.event({ type: 'sent', server, attempt, cause });
  }

  /** The requester has the call now. */
  asked(): void {
    if (!this.sent && this.open.has(this)) this.span.event({ type: 'held' });
  }

  /** The requester has settled the request with this seq. The call may go on with a fallback. */
  settled(seq: number): void {
    this.seq = seq;
  }

  fallingBack(cause: string): void {
    this.span.event({ type: 'fallback', cause });
  }

  end(outcome: Success | Failure | undefined): void {
    if (!this.open.delete(this)) return;
    const failure = outcome !== undefined && isFailure(outcome) ? outcome.code : undefined;
    this.span.end({ id: requestId(this.address, this.seq), failure });
  }
}
