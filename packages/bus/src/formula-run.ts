import type { Call, Failure, FormulaCode, Lane } from '@cateto/contracts';
import { checkInput, checkOutput, failure, isFailure, lanes } from '@cateto/contracts';
import type { Caller, CallParts, CallRoutes } from './operation-call.ts';
import { callRoutes, OperationCall } from './operation-call.ts';
import type { Admitted, AnswerTo, Run } from './responses.ts';
import { ownFailure, thrown } from './run-handler.ts';

export interface FormulaRunOptions extends CallParts {
  readonly formulas: Readonly<Record<string, FormulaCode>>;
  readonly operationTimeoutMs: number;
}

/**
 * How long before the client's deadline the calc-server stops waiting for an op-server, so that a fallback still
 * arrives in time: a quarter of what is left, at most 50 ms.
 */
function fallbackMarginMs(leftMs: number): number {
  return Math.min(leftMs / 4, 50);
}

/** Runs formulas: asks for the calls of the plan, each on the lane of its number, and combines what comes back. */
export function createFormulaRun(options: FormulaRunOptions): (formula: string) => Run {
  const routes = callRoutes(options);
  const runs = new Map<string, Run>();
  for (const [name, code] of Object.entries(options.formulas)) {
    runs.set(name, (request, answer) => runFormula(options, routes, code, request, answer));
  }
  const unknown: Run = (request, answer) => {
    answer(request, failure('unknown-formula', 'there is no code for this formula here'));
  };
  return (formula) => runs.get(formula) ?? unknown;
}

function runFormula(
  options: FormulaRunOptions,
  routes: CallRoutes,
  code: FormulaCode,
  request: Admitted,
  answer: AnswerTo,
): void {
  const calls = plan(code, request.work.input as readonly unknown[]);
  if (isFailure(calls)) return answer(request, calls);
  const running = new RunningFormula(code, request, answer, calls.length);
  const { requests, operationTimeoutMs, bus } = options;
  const leftMs = Math.max(0, request.deadlineMs - bus.participant.platform.nowMs());
  const timeoutMs = Math.min(operationTimeoutMs, leftMs - fallbackMarginMs(leftMs));
  for (let index = 0; index < calls.length; index += 1) {
    const { operation, input } = calls[index] as Call;
    const unfit = checkInput(operation, input);
    const route = routes.get(operation.name)?.[index];
    if (unfit !== undefined) {
      // Nobody's operands: the plan made it.
      running.called(index, undefined, failure('internal', `the plan's call of ${unfit.message}`), false);
    } else if (route === undefined) {
      const wrong = failure('internal', `${operation.name} is not an operation of this catalogue`);
      running.called(index, undefined, wrong, false);
    } else {
      const call = new OperationCall(options, route, input, request.work.trace, running, index);
      requests.ask(route.target, timeoutMs, call);
    }
  }
}

/** The code of formulas is somebody's: what it throws is the answer to this request and harms no other. */
function plan(code: FormulaCode, operands: readonly unknown[]): readonly Call[] | Failure {
  const { name } = code.formula;
  try {
    const calls = code.plan(operands);
    return isFailure(calls) ? ownFailure(name, calls) : checkedPlan(name, calls);
  } catch (error) {
    return thrown(name, error);
  }
}

/** What a plan made: its types say so, and nothing else does. */
function checkedPlan(name: string, calls: readonly Partial<Call>[]): readonly Call[] | Failure {
  if (!Array.isArray(calls)) return failure('internal', `${name}: the plan is no list of calls`);
  if (calls.length < 1 || calls.length > lanes.length) {
    return failure('internal', `${name}: a plan of ${calls.length} calls; 1 to 8 are possible`);
  }
  const broken = calls.findIndex((call: Partial<Call> | undefined) => typeof call?.operation?.name !== 'string');
  if (broken < 0) return calls as Call[];
  return failure('internal', `${name}: call ${broken + 1} of the plan names no operation`);
}

const none: readonly Lane[] = [];

/** A formula whose calls are under way; it answers once, when all have come or the first has failed. */
class RunningFormula implements Caller {
  private readonly code: FormulaCode;
  private readonly request: Admitted;
  private readonly answer: AnswerTo;
  private readonly results: unknown[] = [];
  private via = none;
  private missing: number;

  constructor(code: FormulaCode, request: Admitted, answer: AnswerTo, calls: number) {
    this.code = code;
    this.request = request;
    this.answer = answer;
    this.missing = calls;
  }

  called(index: number, output: unknown, failed: Failure | undefined, fellBack: boolean): void {
    if (this.missing === 0) return;
    if (failed !== undefined) {
      this.missing = 0;
      return this.answer(this.request, failed);
    }
    this.results[index] = output;
    if (fellBack) this.via = [...this.via, (index + 1) as Lane];
    this.missing -= 1;
    if (this.missing === 0) this.complete();
  }

  private complete(): void {
    const { code, request, results, via } = this;
    const value = combine(code, results, request.work.input as readonly unknown[]);
    this.answer(request, isFailure(value) ? value : { value, via: via.toSorted((a, b) => a - b) });
  }
}

function combine(code: FormulaCode, results: readonly unknown[], operands: readonly unknown[]): unknown {
  const { formula } = code;
  try {
    const value = code.combine(results, operands);
    return isFailure(value) ? ownFailure(formula.name, value) : (checkOutput(formula, value) ?? value);
  } catch (error) {
    return thrown(formula.name, error);
  }
}
