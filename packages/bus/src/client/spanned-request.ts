import type { Catalogue, Failure, Success } from '@cateto/contracts';
import { joinTrace } from '@cateto/contracts';
import type { RetryCause } from '@cateto/protocol';
import type { Bus } from '../participant/bus.ts';
import type { SpannedCall } from '../telemetry/calls.ts';
import type { FormulaQuestion, FormulaRoute } from './formula-request.ts';
import { FormulaRequest } from './formula-request.ts';

/** A client's request with a span. Requests without one are of the class that it extends, and know nothing of spans. */
export class SpannedRequest extends FormulaRequest {
  readonly call: SpannedCall;

  constructor(bus: Bus<Catalogue, 'client'>, route: FormulaRoute, question: FormulaQuestion, call: SpannedCall) {
    super(bus, route, question);
    this.call = call;
  }

  protected override traceOf(seq: number): string | undefined {
    return joinTrace(this.call.trace, super.traceOf(seq));
  }

  resending(cause: RetryCause): void {
    this.call.resending(cause);
  }

  override write(to: string, seq: number, ttlMs: number, attempt: number): void {
    this.call.sending(to, attempt);
    super.write(to, seq, ttlMs, attempt);
  }

  override settle(outcome: Success | Failure, seq: number): void {
    this.call.settled(seq);
    this.call.end(outcome);
    super.settle(outcome, seq);
  }
}
