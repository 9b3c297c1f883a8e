import type { Call, Catalogue, Failure, FormulaCode, Handler, Lane, Success } from '@cateto/contracts';
import {
  checkInput,
  checkOutput,
  failure,
  hashOf,
  isFailure,
  lanes,
  operationRequestTopic,
  operationResultTopic,
} from '@cateto/contracts';
import type { Bus } from './bus.ts';
import type { Requests } from './requests.ts';
import type { Admitted, Run } from './responses.ts';
import { ownFailure, runHandler, thrown } from './run-handler.ts';

export interface FormulaRunOptions {
  readonly bus: Bus<Catalogue, 'calc-server'>;
  readonly catalogue: Catalogue;
  readonly formulas: Readonly<Record<string, FormulaCode>>;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly operationTimeoutMs: number;
  readonly requests: Requests;
  onFallback(operation: string, lane: Lane, cause: string): void;
}

/** What an op-server could not do for reasons that are not the input's: then the operation is computed here. */
const fallbackCodes: ReadonlySet<string> = new Set([
  'no-listener',
  'deadline-exceeded',
  'overloaded',
  'contract-mismatch',
  'unknown-operation',
]);

/**
 * How long before the client's deadline the calc-server stops waiting for an op-server, so that a fallback still
 * arrives in time: a quarter of what is left, at most 50 ms.
 */
function fallbackMarginMs(leftMs: number): number {
  return Math.min(leftMs / 4, 50);
}

/** Topics and hash of each operation, lane by lane: made anew for each request a topic would have to be hashed anew. */
type CallRoutes = ReadonlyMap<
  string,
  readonly {
    readonly topic: `calc.${string}.request.${Lane}`;
    readonly answerRoute: string;
    readonly contract: number;
  }[]
>;

function callRoutes(catalogue: Catalogue): CallRoutes {
  const routesOf = (name: string) =>
    lanes.map((lane) => ({
      topic: operationRequestTopic(name, lane),
      answerRoute: operationResultTopic(name, lane),
      contract: hashOf(catalogue, name),
    }));
  return new Map(Object.keys(catalogue.operations).map((name) => [name, routesOf(name)]));
}

/** Runs formulas: asks for the calls of the plan, each on the lane of its number, and combines what comes back. */
export function createFormulaRun(options: FormulaRunOptions): (formula: string) => Run {
  const { catalogue, formulas } = options;
  const routes = callRoutes(catalogue);
  const runs = new Map<string, Run>();
  for (const [name, code] of Object.entries(formulas)) {
    runs.set(name, (request) => runFormula(options, routes, code, request));
  }
  const unknown: Run = ({ answer }) => answer(failure('unknown-formula', 'there is no code for this formula here'));
  return (formula) => runs.get(formula) ?? unknown;
}

function runFormula(options: FormulaRunOptions, routes: CallRoutes, code: FormulaCode, request: Admitted): void {
  const { name } = code.formula;
  const operands = request.input as readonly unknown[];
  const calls = attempt(name, () => checkedPlan(name, code.plan(operands)));
  if (isFailure(calls)) return request.answer(calls);

  const results: unknown[] = [];
  const via: Lane[] = [];
  let missing = calls.length;
  let settled = false;

  const settle = (outcome: Success | Failure): void => {
    if (settled) return;
    settled = true;
    request.answer(outcome);
  };

  for (let index = 0; index < calls.length; index += 1) {
    const call = calls[index] as Call;
    const lane = (index + 1) as Lane;
    askOperation(options, routes, call, lane, request, (output, failed, fellBack) => {
      if (failed !== undefined) return settle(failed);
      results[index] = output;
      if (fellBack) via.push(lane);
      missing -= 1;
      if (missing === 0) settle(combine(code, results, operands, via));
    });
  }
}

/** What a plan made: its types say so, and nothing else does. */
function checkedPlan(name: string, plan: readonly Call[] | Failure): readonly Call[] | Failure {
  if (isFailure(plan)) return plan;
  if (!Array.isArray(plan)) return failure('internal', `${name}: the plan is no list of calls`);
  const calls: readonly Partial<Call>[] = plan;
  if (calls.length < 1 || calls.length > lanes.length) {
    return failure('internal', `${name}: a plan of ${calls.length} calls; 1 to 8 are possible`);
  }
  const broken = calls.findIndex((call) => typeof call?.operation?.name !== 'string');
  return broken < 0 ? plan : failure('internal', `${name}: call ${broken + 1} of the plan names no operation`);
}

function combine(
  code: FormulaCode,
  results: readonly unknown[],
  operands: readonly unknown[],
  via: Lane[],
): Success | Failure {
  const value = attempt(code.formula.name, () => code.combine(results, operands));
  if (isFailure(value)) return value;
  return checkOutput(code.formula, value) ?? { value, via: via.toSorted((a, b) => a - b) };
}

type Done = (output: unknown, failed: Failure | undefined, fellBack: boolean) => void;

function askOperation(
  options: FormulaRunOptions,
  routes: CallRoutes,
  call: Call,
  lane: Lane,
  request: Admitted,
  done: Done,
): void {
  const { bus, handlers, operationTimeoutMs, requests, onFallback } = options;
  const { operation, input } = call;
  const unfit = checkInput(operation, input);
  if (unfit !== undefined) {
    // Nobody's operands: the plan made it.
    return done(undefined, failure('internal', `the plan's call of ${unfit.message}`), false);
  }
  const known = routes.get(operation.name)?.[lane - 1];
  if (known === undefined) {
    return done(undefined, failure('internal', `${operation.name} is not an operation of this catalogue`), false);
  }
  const { topic, answerRoute, contract } = known;
  const { trace } = request;
  const leftMs = Math.max(0, request.deadlineMs - bus.participant.platform.nowMs());
  requests.ask({
    route: topic,
    answerRoute,
    contract: operation.name,
    timeoutMs: Math.min(operationTimeoutMs, leftMs - fallbackMarginMs(leftMs)),
    unheard: 'fail',
    write: (to, seq, ttlMs) => bus.publish(topic, to, { seq, contract, input, ttlMs, trace }),
    settle(outcome) {
      if (!isFailure(outcome)) return done(outcome.value, undefined, false);
      const handler = handlers[operation.name];
      if (!fallbackCodes.has(outcome.code) || handler === undefined) return done(undefined, outcome, false);
      onFallback(operation.name, lane, outcome.code);
      runHandler(operation, handler, input, (output, failed) => done(output, failed, true));
    },
  });
}

/** The code of formulas is somebody's: what it throws is the answer to this request and harms no other. */
function attempt<T>(name: string, run: () => T): T | Failure {
  try {
    const made = run();
    return isFailure(made) ? ownFailure(name, made) : made;
  } catch (error) {
    return thrown(name, error);
  }
}
