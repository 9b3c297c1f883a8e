import type { Failure, FallbackLane } from '@cateto/contracts';
import { isFailure, lanes, takeInput } from '@cateto/contracts';
import { cancelRun, shareOf } from '../runs/request-context.ts';
import type { Admitted } from '../runs/work.ts';
import type { Caller, CallParts, CallRoute } from './operation-call.ts';
import { askOperation } from './spanned-operation-call.ts';
import type { TakenCalls } from './step-reader.ts';

/*
 * The calls of one part of a step: a window of them is in flight, and each that ends makes room for the next. A call that
 * is refused because of the calls that wait before it is requested again when one of those has ended.
 */

/** The running formula, as its calls use it. */
export interface GroupOwner {
  readonly parts: CallParts;
  readonly request: Admitted;
  readonly operationTimeoutMs: number;
  /** Whether there is room for one more call. If not, the group is filled again when there is. */
  mayAsk(): boolean;
  /** How long a call may take from now on; undefined once the formula has no time left, which has then ended. */
  patienceMs(): number | undefined;
  /** An input does not fit its operation. @returns the failure of its call */
  misfit(problem: string): Failure;
  /** The results have grown by an output, or by a failure that was collected. */
  gave(result: unknown, failed: Failure | undefined): void;
  fellBackOn(lane: FallbackLane): void;
  fallbackBegan(): void;
  fallbackEnded(): void;
  /** All its calls have ended. */
  groupDone(group: CallGroup): void;
  /** A call has failed, and failures are not collected. */
  groupFailed(group: CallGroup, failed: Failure): void;
}

export class CallGroup implements Caller {
  readonly request: Admitted;
  /** Its place among the parts of the step. */
  readonly place: number;
  private readonly owner: GroupOwner;
  private readonly calls: TakenCalls;
  /** How many calls of the step come before. */
  private readonly offset: number;
  private readonly outputs: unknown[] = [];
  /** The seqs of the calls in flight, by the index of the call. */
  private readonly seqs = new Map<number, number>();
  private next = 0;
  /** The calls that were refused as `overloaded`, and have to be requested again. */
  private readonly refused: number[] = [];
  /** A call was refused since the last one ended. */
  private full = false;
  private inFlight = 0;
  private missing: number;
  private filling = false;
  private over = false;
  /** The progress of calls in flight; undefined before the first report. */
  private shares: Map<number, number> | undefined;
  /** The fallbacks that wait or run. */
  private fallbacks: Set<Admitted> | undefined;

  constructor(owner: GroupOwner, calls: TakenCalls, place: number, offset: number) {
    this.owner = owner;
    this.request = owner.request;
    this.calls = calls;
    this.place = place;
    this.offset = offset;
    this.missing = calls.inputs.length;
  }

  /** Its result, once all calls have ended. */
  get result(): unknown {
    return this.calls.single ? this.outputs[0] : this.outputs;
  }

  /** Requests as many calls as may be in flight. A call may end before this returns. */
  fill(): void {
    if (this.filling) return;
    const { concurrency } = this.calls;
    this.filling = true;
    while (!this.over && this.hasMore() && !this.full && this.inFlight < concurrency && this.owner.mayAsk()) {
      const again = this.refused.pop();
      this.ask(again ?? this.next++);
    }
    this.filling = false;
  }

  private hasMore(): boolean {
    return this.next < this.calls.inputs.length || this.refused.length > 0;
  }

  private ask(index: number): void {
    const { owner, calls } = this;
    const patienceMs = owner.patienceMs();
    if (patienceMs === undefined) return;
    this.inFlight += 1;
    const route = calls.routes[(this.offset + index) % lanes.length] as CallRoute;
    const { operation } = route;
    // The generator created the input, so it is copied.
    const input = takeInput(operation, calls.inputs[index]);
    if (isFailure(input)) return this.called(index, undefined, owner.misfit(`the call of ${input.message}`), undefined);
    this.seqs.set(index, 0);
    const seq = askOperation(owner.parts, owner.operationTimeoutMs, { route, input }, this, index, patienceMs);
    // It may have ended already.
    if (this.seqs.has(index)) this.seqs.set(index, seq);
  }

  called(index: number, output: unknown, failed: Failure | undefined, fellBackOn: FallbackLane | undefined): void {
    if (this.over) return;
    this.seqs.delete(index);
    this.shares?.delete(index);
    this.inFlight -= 1;
    if (failed?.code === 'overloaded' && this.inFlight > 0) {
      this.refused.push(index);
      this.full = true;
      return;
    }
    this.full = false;
    // A fallback that was refused as `overloaded` was not computed.
    if (fellBackOn !== undefined && failed?.code !== 'overloaded') this.owner.fellBackOn(fellBackOn);
    if (failed !== undefined && !this.calls.collect) return this.owner.groupFailed(this, failed);
    this.outputs[index] = failed ?? output;
    this.missing -= 1;
    this.owner.gave(output, failed);
    if (this.over) return;
    if (this.missing === 0) {
      this.over = true;
      this.owner.groupDone(this);
    } else if (this.hasMore()) this.fill();
  }

  /** Its results are not needed any more. */
  cancel(): void {
    this.over = true;
    for (const seq of this.seqs.values()) this.owner.parts.requests.cancel(seq);
    this.seqs.clear();
    for (const { work } of this.fallbacks ?? []) {
      const { underway } = work;
      work.underway = 'cancelled';
      if (typeof underway === 'object') cancelRun(underway);
    }
  }

  /** The sum of the progress of its calls in flight. */
  get share(): number {
    if (this.over) return 0;
    let sum = 0;
    for (const share of this.shares?.values() ?? []) sum += share;
    for (const { work } of this.fallbacks ?? []) sum += shareOf(work.underway) ?? 0;
    return sum;
  }

  progressed(index: number, share: number): void {
    if (this.over || (share === 0 && this.shares === undefined)) return;
    this.shares ??= new Map();
    this.shares.set(index, share);
  }

  fallingBack(fallback: Admitted): void {
    this.fallbacks ??= new Set();
    this.fallbacks.add(fallback);
    this.owner.fallbackBegan();
  }

  fellBack(fallback: Admitted): void {
    this.fallbacks?.delete(fallback);
    this.owner.fallbackEnded();
  }
}
