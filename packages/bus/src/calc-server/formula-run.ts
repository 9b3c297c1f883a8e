import type { AnyFormulaCode, Failure, FallbackLane, Formula, FormulaCode, Lane, Telemetry } from '@cateto/contracts';
import { copyOf, failure, isFailure, lanes } from '@cateto/contracts';
import type { ComputedFormula } from './formula-outcome.ts';
import { outputOf, passedOn, runOf } from './formula-outcome.ts';
import { callPatienceMs, cancelled } from './formula-times.ts';
import { GeneratorRun } from './generator-run.ts';
import type { Caller, CallParts, CallRoutes } from './operation-call.ts';
import { callRoutes } from './operation-call.ts';
import { askOperation } from './spanned-operation-call.ts';
import { hush, isThenable } from '../runs/promises.ts';
import { cancelRun, shareOf } from '../runs/request-context.ts';
import type { Requests } from '../participant/requester-driver.ts';
import type { Admitted, AnswerTo, Cancellable, Run } from '../runs/work.ts';
import { createRun } from '../runs/work.ts';
import { withSpans } from '../telemetry/runs.ts';
import { ownFailure } from '../runs/run-handler.ts';
import type { TakenCall } from './step-reader.ts';
import { takeCall } from './step-reader.ts';

export interface FormulaRunOptions extends CallParts {
  readonly formulas: Readonly<Record<string, AnyFormulaCode>>;
  readonly operationTimeoutMs: number;
  readonly telemetry: Telemetry | undefined;
}

/**
 * Runs formulas. A formula of one round has a plan, whose calls are requested each on the lane of its number, and
 * `combine`. Any other formula is a generator (generator-run.ts).
 */
export function createFormulaRun(options: FormulaRunOptions): (formula: string) => Run {
  const { telemetry } = options;
  const routes = callRoutes(options);
  const runs = new Map<string, Run>();
  for (const [name, code] of Object.entries(options.formulas)) {
    const formula = options.catalogue.formulas[name];
    if (formula !== undefined)
      runs.set(
        name,
        createRun(withSpans({ contract: name, begin: beginOf(options, routes, formula, code) }, telemetry)),
      );
  }
  const unknown = createRun({
    contract: '',
    begin: (request, answer) => answer(request, failure('unknown-formula', 'this server has no code for the formula')),
  });
  return (formula) => runs.get(formula) ?? unknown;
}

function beginOf(options: FormulaRunOptions, routes: CallRoutes, formula: Formula, code: AnyFormulaCode): Run['begin'] {
  const { faults, operationTimeoutMs } = options;
  if (code.steps === undefined) {
    const computed = { formula, code, faults };
    return (request, answer) => runFormula(options, routes, computed, request, answer);
  }
  const generator = { parts: options, routes, operationTimeoutMs };
  return (request, answer) => {
    const running = new GeneratorRun(generator, { formula, faults }, request, answer);
    request.work.underway = running;
    running.begin(code);
  };
}

/** A formula of one round. */
interface Computed extends ComputedFormula {
  readonly code: FormulaCode;
}

function runFormula(
  options: FormulaRunOptions,
  routes: CallRoutes,
  computed: Computed,
  request: Admitted,
  answer: AnswerTo,
): void {
  const calls = plan(computed, routes, request);
  if (isFailure(calls)) return answer(request, calls);
  const running = new RunningFormula(computed, request, answer, calls.length, options.requests);
  request.work.underway = running;
  const { operationTimeoutMs, bus } = options;
  const leftMs = Math.max(0, request.deadlineMs - bus.participant.platform.nowMs());
  const patienceMs = callPatienceMs(leftMs);
  for (let index = 0; index < calls.length && !running.isOver(); index += 1) {
    running.asked(askOperation(options, operationTimeoutMs, calls[index] as TakenCall, running, index, patienceMs));
  }
}

/**
 * Users write the code of formulas, so it can throw. The exception is the answer to this request and affects no other.
 */
function plan(computed: Computed, routes: CallRoutes, request: Admitted): readonly TakenCall[] | Failure {
  const { formula, code, faults } = computed;
  try {
    const calls: unknown = code.plan(copyOf(request.work.input as readonly unknown[]));
    if (isFailure(calls)) return ownFailure(formula, calls, faults, () => runOf(computed, 'plan', request));
    const taken = takeCalls(formula, routes, calls);
    if (typeof taken !== 'string') return taken;
    hush(calls);
    return faults.misfit(runOf(computed, 'plan', request), taken);
  } catch (error) {
    return faults.threw(runOf(computed, 'plan', request), error);
  }
}

/**
 * Checks the result of a plan at run time, because types do not bind a program in JavaScript. Each part is read once.
 *
 * @returns the calls, or a text that says what is wrong with them
 */
function takeCalls(formula: Formula, routes: CallRoutes, calls: unknown): readonly TakenCall[] | string {
  if (isThenable(calls)) return 'the plan is a promise; a plan is synchronous';
  if (!Array.isArray(calls)) return 'the plan is not a list of calls';
  const count = calls.length;
  if (count < 1 || count > lanes.length) return `a plan of ${count} calls; 1 to 8 are possible`;
  const taken: TakenCall[] = [];
  for (let index = 0; index < count; index += 1) {
    const call = takeCall(formula, routes, calls[index], index);
    if (typeof call === 'string') return call;
    taken.push(call);
  }
  return taken;
}

const none: readonly Lane[] = [];

/** A formula whose calls are in progress. It answers once, when all calls have ended or the first one has failed. */
class RunningFormula implements Caller, Cancellable {
  readonly request: Admitted;
  private readonly computed: Computed;
  private readonly answer: AnswerTo;
  private readonly requests: Requests;
  private readonly results: unknown[] = [];
  private fallbacks = none;
  private missing: number;
  /** The seq of the last call. The other calls have the seqs before it. */
  private lastSeq = 0;
  private calls = 0;
  private isCancelled = false;
  /** The progress of each call that has not ended; undefined before the first report. */
  private shares: number[] | undefined;
  /** The fallbacks that wait or run. */
  private runningFallbacks: Set<Admitted> | undefined;

  constructor(computed: Computed, request: Admitted, answer: AnswerTo, calls: number, requests: Requests) {
    this.computed = computed;
    this.request = request;
    this.answer = answer;
    this.missing = calls;
    this.requests = requests;
  }

  asked(seq: number): void {
    this.lastSeq = seq;
    this.calls += 1;
  }

  /** Gives up the calls, and answers when no fallback waits or runs any more: until then it occupies its slot. */
  cancel(): void {
    this.missing = 0;
    this.giveUpCalls();
    if (this.runningFallbacks === undefined || this.runningFallbacks.size === 0) this.answer(this.request, cancelled);
    else this.isCancelled = true;
  }

  /** It failed or was cancelled before all its calls were requested. */
  isOver(): boolean {
    return this.missing === 0;
  }

  /** The results of the calls are not needed any more. */
  private giveUpCalls(): void {
    const { calls, lastSeq } = this;
    for (let seq = lastSeq - calls + 1; seq <= lastSeq; seq += 1) this.requests.cancel(seq);
    for (const { work } of this.runningFallbacks ?? []) {
      const { underway } = work;
      work.underway = 'cancelled';
      if (typeof underway === 'object') cancelRun(underway);
    }
  }

  /** The mean progress of its calls. */
  get share(): number | undefined {
    const { calls, missing, shares, runningFallbacks } = this;
    let sum = calls - missing;
    for (const share of shares ?? []) sum += share;
    for (const { work } of runningFallbacks ?? []) sum += shareOf(work.underway) ?? 0;
    return sum === 0 ? undefined : Math.min(1, sum / calls);
  }

  progressed(index: number, share: number): void {
    if (share === 0 && this.shares === undefined) return;
    this.shares ??= Array.from({ length: this.calls }, () => 0);
    this.shares[index] = share;
  }

  fallingBack(fallback: Admitted): void {
    this.runningFallbacks ??= new Set();
    this.runningFallbacks.add(fallback);
  }

  fellBack(fallback: Admitted): void {
    this.runningFallbacks?.delete(fallback);
    if (this.isCancelled && this.runningFallbacks?.size === 0) this.answer(this.request, cancelled);
  }

  called(index: number, output: unknown, failed: Failure | undefined, fellBackOn: FallbackLane | undefined): void {
    if (this.missing === 0) return;
    if (failed !== undefined) {
      this.missing = 0;
      this.giveUpCalls();
      return this.answer(this.request, passedOn(this.computed, 'plan', failed, this.request));
    }
    this.results[index] = output;
    this.progressed(index, 0);
    // The n-th call of a plan stands for lane n, whatever lane it took.
    if (fellBackOn !== undefined) this.fallbacks = [...this.fallbacks, (index + 1) as Lane];
    this.missing -= 1;
    if (this.missing === 0) this.complete();
  }

  private complete(): void {
    const { computed, request, results, fallbacks } = this;
    const value = combine(computed, results, request);
    this.answer(request, isFailure(value) ? value : { value, fallbacks: fallbacks.toSorted((a, b) => a - b) });
  }
}

function combine(computed: Computed, results: readonly unknown[], request: Admitted): unknown {
  try {
    const value: unknown = computed.code.combine(results, request.work.input as readonly unknown[]);
    return outputOf(computed, 'combine', value, request);
  } catch (error) {
    return computed.faults.threw(runOf(computed, 'combine', request), error);
  }
}
