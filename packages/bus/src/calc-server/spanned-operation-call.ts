import type { Failure, FallbackLane, Success } from '@cateto/contracts';
import { isFailure } from '@cateto/contracts';
import type { RetryCause } from '@cateto/protocol';
import type { Admitted } from '../runs/work.ts';
import type { HandledRequest } from '../runs/request-context.ts';
import type { SpannedCall } from '../telemetry/calls.ts';
import type { Caller, CallParts, CallRoute } from './operation-call.ts';
import { OperationCall } from './operation-call.ts';
import type { TakenCall } from './step-reader.ts';

/**
 * Requests an operation for a formula, with a span if there is a telemetry.
 *
 * @returns the seq of the request, which may have ended already
 */
export function askOperation(
  parts: CallParts,
  operationTimeoutMs: number,
  { route, input }: TakenCall,
  caller: Caller & { readonly request: Admitted },
  index: number,
  patienceMs: number,
): number {
  const { requests, spans } = parts;
  const { sender, work } = caller.request;
  // Only an operation that is computed here when it is late has a timeout of its own.
  const lateMs = route.operation.work.fallback === 'late' ? operationTimeoutMs : undefined;
  const more = { lateMs, origin: sender };
  if (spans === undefined) {
    const call = new OperationCall(parts, route, input, work.trace, caller, index);
    return requests.ask(route.target, patienceMs, call, more);
  }
  const call = spans.begin(route.operation.name, work.trace);
  const spanned = new SpannedOperationCall(parts, route, input, call, new SpannedCaller(caller, call), index);
  const seq = requests.ask(route.target, patienceMs, spanned, more);
  call.asked();
  return seq;
}

class SpannedOperationCall extends OperationCall {
  private readonly call: SpannedCall;
  private readonly spannedCaller: SpannedCaller;

  constructor(
    parts: CallParts,
    route: CallRoute,
    input: unknown,
    call: SpannedCall,
    caller: SpannedCaller,
    index: number,
  ) {
    super(parts, route, input, call.trace, caller, index);
    this.call = call;
    this.spannedCaller = caller;
  }

  resending(cause: RetryCause): void {
    this.call.resending(cause);
  }

  override write(...args: Parameters<OperationCall['write']>): void {
    const [to, , , attempt] = args;
    this.call.sending(to, attempt);
    super.write(...args);
  }

  override settle(outcome: Success | Failure, seq: number): void {
    this.call.settled(seq);
    this.spannedCaller.cause = isFailure(outcome) ? outcome.code : '';
    super.settle(outcome, seq);
  }
}

/** Passes events on to the caller. Ends the span when the call ends, which is after the fallback if there is one. */
class SpannedCaller implements Caller {
  readonly request: HandledRequest;
  /** The failure for which a fallback begins. */
  cause = '';
  private readonly caller: Caller;
  private readonly call: SpannedCall;

  constructor(caller: Caller, call: SpannedCall) {
    this.request = caller.request;
    this.caller = caller;
    this.call = call;
  }

  called(index: number, output: unknown, failed: Failure | undefined, fellBackOn: FallbackLane | undefined): void {
    this.call.end(failed);
    this.caller.called(index, output, failed, fellBackOn);
  }

  progressed(index: number, share: number): void {
    this.caller.progressed(index, share);
  }

  fallingBack(fallback: Admitted): void {
    this.call.fallingBack(this.cause);
    this.caller.fallingBack(fallback);
  }

  fellBack(fallback: Admitted): void {
    this.caller.fellBack(fallback);
  }
}
