import type { Catalogue, Failure, FallbackLane, Handler, Lane, Operation, Parsed, Success } from '@cateto/contracts';
import {
  anyLaneResult,
  anyLaneRoute,
  copyOf,
  hashOf,
  isFailure,
  lanes,
  largeBytes,
  operationRequestTopic,
  operationResultTopic,
  parser,
  requestId,
} from '@cateto/contracts';
import type { Target } from '@cateto/protocol';
import type { Bus } from '../participant/bus.ts';
import type { CodeFaults } from '../runs/code-faults.ts';
import type { CallSpans } from '../telemetry/calls.ts';
import type { CallHistograms } from '../metrics/call-histograms.ts';
import type { OnEvent } from '../participant/events.ts';
import type { HandlerContexts } from '../runs/handler-contexts.ts';
import type { HandledRequest } from '../runs/request-context.ts';
import { beginOf, beginPlaced } from '../runs/begin-handler.ts';
import type { ComputedHere } from './fallback-decision.ts';
import { fallbackFor } from './fallback-decision.ts';
import type { Fallbacks } from './fallback-handlers.ts';
import { fallbackRequest } from './fallback-handlers.ts';
import { placeHandler } from '../runs/placed-handler.ts';
import type { Question, Requests } from '../participant/requester-driver.ts';
import type { HandlerThreads } from '../runs/handler-threads.ts';
import type { Admitted, Run } from '../runs/work.ts';
import type { PullGate } from './pull-gate.ts';

/* One call of a formula: requested on a lane, or computed here when no op-server does. */

/** Everything about an operation on a lane that is the same for every call. */
export interface CallRoute {
  readonly operation: Operation;
  readonly lane: Lane;
  readonly hash: number;
  readonly target: Target;
  readonly durations: CallHistograms;
  /** The code that computes it here. */
  readonly here: ComputedHere | undefined;
  /** Read an input as an op-server would, and an output as on arrival. */
  readonly readInput: (value: unknown) => Parsed;
  readonly readOutput: (value: unknown) => Parsed;
}

/** The code that waits for the outcome of a call. */
export interface Caller {
  /** The request that the call is for. */
  readonly request: HandledRequest;
  /** @param fellBackOn the lane of a call that was computed here; undefined if an op-server computed it */
  called(index: number, output: unknown, failed: Failure | undefined, fellBackOn: FallbackLane | undefined): void;
  /** Its op-server reported progress. */
  progressed(index: number, share: number): void;
  /** A fallback will be computed, perhaps later; or it has ended. */
  fallingBack(fallback: Admitted): void;
  fellBack(fallback: Admitted): void;
}

export interface CallParts {
  readonly bus: Bus<Catalogue, 'calc-server'>;
  readonly catalogue: Catalogue;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly threads: HandlerThreads | undefined;
  readonly onEvent: OnEvent;
  readonly contexts: HandlerContexts;
  readonly faults: CodeFaults;
  readonly requests: Requests;
  readonly fallbacks: Fallbacks;
  readonly gate: PullGate;
  /** Undefined without a telemetry. */
  readonly spans: CallSpans | undefined;
  onFallback(operation: string, lane: Lane, cause: string): void;
}

/** By operation, then by lane from the first on. */
export type CallRoutes = ReadonlyMap<string, readonly CallRoute[]>;

export function callRoutes(parts: CallParts): CallRoutes {
  const { catalogue, handlers, requests } = parts;
  const routesOf = (operation: Operation): CallRoute[] => {
    const { name } = operation;
    const readInput = parser(operation.input);
    const readOutput = parser(operation.output);
    const own = handlers[name];
    const here = own === undefined ? undefined : computedHere(parts, operation, own);
    const hash = hashOf(catalogue, name);
    const durations = requests.durationsOf(name);
    return lanes.map((lane) => {
      const target = targetOf(operation, lane);
      return { operation, lane, hash, target, durations, here, readInput, readOutput };
    });
  };
  return new Map(Object.values(catalogue.operations).map((operation) => [operation.name, routesOf(operation)]));
}

type RequestTopic = `calc.${string}.request.${Lane}`;

/** With lanes `any`, the n-th call prefers lane n, then the next ones. */
function targetOf(operation: Operation, lane: Lane): Target {
  const { name, work } = operation;
  const answerRoute = answerRouteOf(operation, lane);
  const unheard = work.fallback === 'never' ? 'hold' : 'fail';
  const impatient = work.fallback === 'late';
  const common = { answerRoute, contract: name, unheard, impatient } as const;
  if (work.lanes === 'fixed') return { ...common, route: operationRequestTopic(name, lane) };
  const byPreference = [...lanes.slice(lane - 1), ...lanes.slice(0, lane - 1)];
  return {
    ...common,
    route: anyLaneRoute(name),
    lanes: byPreference.map((each) => operationRequestTopic(name, each)),
  };
}

/** The requester's name for the topic of an answer. With lanes `any`, an answer counts on every lane. */
export function answerRouteOf({ name, work }: Operation, lane: Lane): string {
  return work.lanes === 'fixed' ? operationResultTopic(name, lane) : anyLaneResult(name);
}

function computedHere(
  { threads, onEvent, contexts, faults, fallbacks }: CallParts,
  operation: Operation,
  own: Handler,
): ComputedHere {
  const placed = placeHandler(operation, contexts.limited(operation, own), threads, onEvent);
  const kind = { contract: operation.name, maxMs: operation.work.maxMs };
  const { inThread } = placed;
  const run = fallbacks.kind({
    ...kind,
    begin: beginPlaced({ operation, faults }, placed, contexts),
    threads: () => (placed.inThreads() ? threads?.count : undefined),
    took: placed.took,
  });
  if (inThread === undefined) return { run, inThread: undefined };
  const begin = beginOf({ operation, faults, handler: inThread }, contexts);
  return { run, inThread: fallbacks.kind({ ...kind, begin, threads: () => threads?.count }) };
}

/**
 * An object with methods and not a pair of closures: there are several for each request, and they live as long as it.
 */
export class OperationCall implements Question {
  private readonly parts: CallParts;
  private readonly route: CallRoute;
  private readonly input: unknown;
  private readonly trace: string | undefined;
  private readonly caller: Caller;
  private readonly index: number;
  /** How often it has been sent to op-servers. */
  private sendings = 0;
  /** The topic on which it was sent last. */
  private sentOn = '';
  readonly bytes: number;
  sinceTicks = 0;

  constructor(
    parts: CallParts,
    route: CallRoute,
    input: unknown,
    trace: string | undefined,
    caller: Caller,
    index: number,
  ) {
    this.parts = parts;
    this.route = route;
    this.input = input;
    this.bytes = largeBytes(input);
    this.trace = trace;
    this.caller = caller;
    this.index = index;
  }

  write(to: string, seq: number, ttlMs: number, attempt: number, route: string, origin: string | undefined): void {
    const { hash } = this.route;
    const { input, trace, before } = this;
    this.sendings = attempt;
    this.sentOn = route;
    const total = before + attempt;
    const attempts = total === 1 ? undefined : total;
    const message = { seq, contract: hash, input, ttlMs, trace, attempt: attempts, origin };
    this.parts.bus.publish(route as RequestTopic, to, message, input);
  }

  get durations(): CallHistograms {
    return this.route.durations;
  }

  progressed(share: number): void {
    this.caller.progressed(this.index, share);
  }

  /** How often the client's request had been sent before: each time, another calc-server may have sent this call. */
  private get before(): number {
    return (this.caller.request.work.attempt ?? 1) - 1;
  }

  settle(outcome: Success | Failure, _seq: number): void {
    this.take(outcome);
    this.parts.gate.settled();
  }

  private take(outcome: Success | Failure): void {
    const { caller, index } = this;
    if (!isFailure(outcome)) return caller.called(index, outcome.value, undefined, undefined);
    const { operation, lane, here } = this.route;
    const run = here === undefined ? undefined : fallbackFor(outcome.code, operation.work.fallback, here);
    if (run === undefined) return caller.called(index, undefined, outcome, undefined);
    this.parts.onFallback(operation.name, lane, outcome.code);
    this.runHere(run);
  }

  /** With lanes `any`, the first sending fixes the lane. */
  private get lane(): FallbackLane {
    const { operation, lane } = this.route;
    return operation.work.lanes === 'fixed' ? lane : (Number(this.sentOn.at(-1) ?? 0) as FallbackLane);
  }

  /**
   * Computes the call here. The handler gets a copy of the input, because an attempt that is not sent yet may still use
   * the original.
   */
  private runHere(run: Run): void {
    const { caller, parts, trace } = this;
    const { readInput, readOutput } = this.route;
    const taken = readInput(copyOf(this.input));
    if (!taken.fits) return this.fellBack(taken);
    const work = { input: taken.value, trace, attempt: this.before + this.sendings + 1 };
    const fallback = fallbackRequest(run, caller.request, work, parts.bus.participant.platform.nowMs());
    // The progress that an op-server reported does not count any more.
    caller.progressed(this.index, 0);
    caller.fallingBack(fallback);
    parts.fallbacks.add(fallback, (outcome) => {
      caller.fellBack(fallback);
      if (isFailure(outcome)) caller.called(this.index, undefined, outcome, this.lane);
      else this.fellBack(readOutput(outcome.value));
      parts.gate.settled();
    });
  }

  private fellBack(output: Parsed): void {
    const { caller, index, route, parts } = this;
    if (output.fits) return caller.called(index, output.value, undefined, this.lane);
    const id = requestId(caller.request.sender, caller.request.seq);
    const misfit = parts.faults.misfit({ name: route.operation.name, part: 'handler', id }, output.problem);
    caller.called(index, undefined, misfit, this.lane);
  }
}
