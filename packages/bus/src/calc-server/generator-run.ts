import type { Failure, FallbackLane, FormulaGenerator, Success } from '@cateto/contracts';
import { copyOf, failure, isFailure, limits } from '@cateto/contracts';
import { hush, isThenable } from '../runs/promises.ts';
import type { Admitted, AnswerTo, Cancellable } from '../runs/work.ts';
import type { GroupOwner } from './call-group.ts';
import { CallGroup } from './call-group.ts';
import type { ComputedFormula } from './formula-outcome.ts';
import { outputOf, passedOn, runOf } from './formula-outcome.ts';
import { callPatienceMs, cancelled } from './formula-times.ts';
import type { CallParts, CallRoutes } from './operation-call.ts';
import type { Waiting } from './pull-gate.ts';
import { ReceivedResults } from './received-results.ts';
import type { TakenStep } from './step-reader.ts';
import { takeStep } from './step-reader.ts';

/*
 * Runs the generator of a formula: requests the calls of each step that it yields, and continues it with their results
 * or throws the first failure into it. The generator runs only between two steps. Everything that it does is bounded:
 * calls, steps, bytes of results, and its deadline. A fault in it ends this formula with `internal` and affects no other.
 */

export interface GeneratorParts {
  readonly parts: CallParts;
  readonly routes: CallRoutes;
  readonly operationTimeoutMs: number;
}

/** The outcome of a call, with which the generator continues. */
type Resume = { readonly value: unknown } | { readonly failed: Failure };

type Running = ReturnType<FormulaGenerator['steps']>;

export class GeneratorRun implements Cancellable, GroupOwner, Waiting {
  readonly request: Admitted;
  readonly parts: CallParts;
  readonly operationTimeoutMs: number;
  private readonly routes: CallRoutes;
  private readonly computed: ComputedFormula;
  private readonly answer: AnswerTo;
  private running: Running | undefined;
  private resume: Resume | undefined = { value: undefined };
  private step: TakenStep | undefined;
  private groups: readonly CallGroup[] = [];
  private results: unknown[] = [];
  private missingGroups = 0;
  private going = false;
  private over = false;
  /** Calls and empty steps so far, and those of them that have ended. */
  private calls = 0;
  private ended = 0;
  private readonly received = new ReceivedResults();
  private fallbackLanes: Set<FallbackLane> | undefined;
  private fallbackCount = 0;
  private runningFallbacks = 0;
  private isCancelled = false;

  constructor(
    { parts, routes, operationTimeoutMs }: GeneratorParts,
    computed: ComputedFormula,
    request: Admitted,
    answer: AnswerTo,
  ) {
    this.parts = parts;
    this.routes = routes;
    this.operationTimeoutMs = operationTimeoutMs;
    this.computed = computed;
    this.request = request;
    this.answer = answer;
  }

  begin(code: FormulaGenerator): void {
    try {
      const running: unknown = code.steps(copyOf(this.request.work.input as never));
      if (!isSynchronous(running)) {
        hush(running);
        return this.end(this.misfit(notSynchronous));
      }
      this.running = running;
    } catch (error) {
      return this.end(this.outcomeOfThrown(error));
    }
    this.goOn();
  }

  /** Continues as far as possible: until calls are missing or there is no room. */
  goOn(): void {
    if (this.going) return;
    this.going = true;
    while (!this.over) {
      if (this.resume === undefined) {
        for (const group of this.groups) group.fill();
        if (this.resume === undefined) break;
      } else if (!this.mayAsk() || this.patienceMs() === undefined) break;
      else this.pull(this.resume);
    }
    this.going = false;
  }

  private pull(resume: Resume): void {
    this.resume = undefined;
    const next = this.next(resume);
    if ('parts' in next) this.begun(next);
    else this.end(next);
  }

  /** @returns the next step, or the outcome of the formula */
  private next(resume: Resume): TakenStep | Success | Failure {
    try {
      const given = 'failed' in resume ? this.running?.throw(resume.failed) : this.running?.next(resume.value);
      if (isThenable(given)) {
        hush(given);
        return this.misfit(notSynchronous);
      }
      const { done, value } = given as IteratorResult<unknown, unknown>;
      if (done === true) return this.outcomeOf(value);
      const step = takeStep(this.computed.formula, this.routes, value);
      return typeof step === 'string' ? this.misfit(step) : step;
    } catch (error) {
      return this.outcomeOfThrown(error);
    }
  }

  private begun(step: TakenStep): void {
    // A generator that yields empty steps without end must end too.
    this.calls += Math.max(1, step.calls);
    if (this.calls > limits.formulaCallsMax) {
      return this.exceeded(`a formula may have ${limits.formulaCallsMax} calls, and it has more`);
    }
    this.step = step;
    this.results = [];
    this.missingGroups = 0;
    let offset = 0;
    this.groups = step.parts.map((calls, place) => {
      const group = new CallGroup(this, calls, place, offset);
      offset += calls.inputs.length;
      if (calls.inputs.length === 0) this.results[place] = group.result;
      else this.missingGroups += 1;
      return group;
    });
    if (step.calls === 0) this.ended += 1;
    if (this.missingGroups === 0) this.continueWith();
  }

  groupDone(group: CallGroup): void {
    this.results[group.place] = group.result;
    this.groupEnded();
  }

  groupFailed(group: CallGroup, failed: Failure): void {
    this.received.failure(failed);
    this.endIfTooMuch();
    if (this.over) return;
    if (this.step?.settled === true) {
      group.cancel();
      this.results[group.place] = failed;
      return this.groupEnded();
    }
    this.cancelGroups();
    this.resume = { failed };
    this.goOn();
  }

  private groupEnded(): void {
    this.missingGroups -= 1;
    if (this.missingGroups > 0) return;
    this.continueWith();
    this.goOn();
  }

  private continueWith(): void {
    const { form } = this.step as TakenStep;
    const { results } = this;
    this.groups = [];
    if (form === 'one') this.resume = { value: results[0] };
    else if (form === 'list') this.resume = { value: results };
    else this.resume = { value: Object.fromEntries(form.map((name, place) => [name, results[place]])) };
  }

  mayAsk(): boolean {
    const { gate } = this.parts;
    if (gate.isOpen()) return true;
    gate.wait(this);
    return false;
  }

  patienceMs(): number | undefined {
    const leftMs = this.request.deadlineMs - this.parts.bus.participant.platform.nowMs();
    if (leftMs > 0) return callPatienceMs(leftMs);
    this.end(
      failure('deadline-exceeded', `${this.computed.formula.name}: the deadline passed after ${this.ended} calls`),
    );
    return undefined;
  }

  gave(result: unknown, failed: Failure | undefined): void {
    this.ended += 1;
    if (failed === undefined) this.received.output(result);
    else this.received.failure(failed);
    this.endIfTooMuch();
  }

  private endIfTooMuch(): void {
    if (!this.received.isTooMuch()) return;
    this.exceeded(
      `the results of a formula's calls may take ${limits.formulaResultsBytesMax} bytes, and they take more`,
    );
  }

  fellBackOn(lane: FallbackLane): void {
    this.fallbackLanes ??= new Set();
    this.fallbackLanes.add(lane);
    this.fallbackCount += 1;
  }

  fallbackBegan(): void {
    this.runningFallbacks += 1;
  }

  fallbackEnded(): void {
    this.runningFallbacks -= 1;
    if (this.isCancelled && this.runningFallbacks === 0) this.answer(this.request, cancelled);
  }

  /** Gives up the calls, and answers when no fallback waits or runs any more: until then it occupies its slot. */
  cancel(): void {
    if (this.over) return;
    this.stop();
    if (this.runningFallbacks === 0) this.answer(this.request, cancelled);
    else this.isCancelled = true;
  }

  /** The mean progress of the calls that it has yielded so far. */
  get share(): number | undefined {
    let sum = this.ended;
    for (const group of this.groups) sum += group.share;
    return sum === 0 ? undefined : Math.min(1, sum / this.calls);
  }

  misfit(problem: string): Failure {
    return this.computed.faults.misfit(runOf(this.computed, 'generator', this.request), problem);
  }

  private outcomeOf(value: unknown): Success | Failure {
    if (this.received.has(value)) return passedOn(this.computed, 'generator', value as Failure, this.request);
    const output = outputOf(this.computed, 'generator', value, this.request);
    if (isFailure(output)) return output;
    const { fallbackLanes, fallbackCount } = this;
    if (fallbackLanes === undefined) return { value: output, fallbacks: [] };
    const fallbacks = [...fallbackLanes].toSorted((a, b) => a - b);
    const count = fallbackCount === fallbacks.length ? undefined : fallbackCount;
    return { value: output, fallbacks, fallbackCount: count };
  }

  /** A failure that is thrown counts as one that is returned. */
  private outcomeOfThrown(error: unknown): Success | Failure {
    try {
      if (isFailure(error)) return this.outcomeOf(error);
    } catch {
      // A failure that cannot be read, such as a Proxy, is an error like any other.
    }
    return this.computed.faults.threw(runOf(this.computed, 'generator', this.request), error);
  }

  private exceeded(limit: string): void {
    this.end(this.computed.faults.exceeded(runOf(this.computed, 'generator', this.request), limit));
  }

  private end(outcome: Success | Failure): void {
    if (this.over) return;
    this.stop();
    this.answer(this.request, outcome);
  }

  private stop(): void {
    this.over = true;
    this.running = undefined;
    this.parts.gate.leave(this);
    this.cancelGroups();
  }

  private cancelGroups(): void {
    const { groups } = this;
    this.groups = [];
    for (const group of groups) group.cancel();
  }
}

const notSynchronous = 'its code is not a synchronous generator (function*)';

function isSynchronous(given: unknown): given is Running {
  return (
    typeof given === 'object' &&
    given !== null &&
    typeof (given as Partial<Running>).next === 'function' &&
    typeof (given as Partial<Running>).throw === 'function' &&
    !(Symbol.asyncIterator in given)
  );
}
