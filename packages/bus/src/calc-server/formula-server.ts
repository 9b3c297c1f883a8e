import type { Catalogue, FormulaCodesOf, HandlersOf, Lane, Telemetry } from '@cateto/contracts';
import {
  formulaResultTopic,
  lanes,
  operandTopic,
  operationRequestTopic,
  operationResultTopic,
  readResult,
} from '@cateto/contracts';
import type { Bus } from '../participant/bus.ts';
import { open } from '../participant/bus.ts';
import { openAll } from '../link/closing.ts';
import { createCodeFaults } from '../runs/code-faults.ts';
import type { EventHistory } from '../events/event-history.ts';
import type { Recording } from '../events/event-recording.ts';
import { recordEvents } from '../events/event-recording.ts';
import type { OnEvent } from '../participant/events.ts';
import { createFallbacks } from './fallback-handlers.ts';
import { createHandlerContexts } from '../runs/handler-contexts.ts';
import { createFormulaRun } from './formula-run.ts';
import { createCounts } from '../metrics/counts.ts';
import { fallbackWord, operationsMetrics } from './operations-metrics.ts';
import { joinOperands } from './join-driver.ts';
import { createPullGate } from './pull-gate.ts';
import type { OpenLink, Platform } from '../link/link.ts';
import { createRequesterDriver } from '../participant/requester-driver.ts';
import { createResponderDriver } from '../server/responder-driver.ts';
import { answerRouteOf } from './operation-call.ts';
import { joinLoop } from '../server/loop-announcements.ts';
import { createCallSpans } from '../telemetry/calls.ts';
import { incoming } from '../runs/work.ts';
import type { RunningServer } from '../server/server-lifecycle.ts';
import { startServer } from '../server/server-lifecycle.ts';
import { createThrottledCounter } from '../participant/throttled-counter.ts';
import type { HandlerThreads } from '../runs/handler-threads.ts';

export interface FormulaServerOptions<C extends Catalogue> {
  readonly catalogue: C;
  readonly formulas: FormulaCodesOf<C>;
  /** The handlers for fallbacks: calls that no op-server answers are computed here. */
  readonly handlers: HandlersOf<C>;
  /** Threads for fallbacks; unless given, they run in this thread. */
  readonly threads?: HandlerThreads | undefined;
  /** How long to wait for an op-server before falling back. */
  readonly operationTimeoutMs: number;
  readonly openLink: OpenLink;
  readonly platform: Platform;
  readonly onEvent: OnEvent;
  /** Keeps its events for observers; unless given, a new history. */
  readonly history?: EventHistory | undefined;
  /** How long running work may take during a drain, in milliseconds; unless given, 5,000. */
  readonly drainMs?: number | undefined;
  /** Whether requesters get the text of exceptions in formulas and handlers. If not, only the log has it. */
  readonly exposeErrors?: boolean | undefined;
  /** Makes spans of the requests and of the calls. */
  readonly telemetry?: Telemetry | undefined;
}

type ReplyTopic = `calc.${string}.result`;

/** Serves every formula of a catalogue: joins operands, requests the operations, falls back, and combines. */
export function serveFormulas<C extends Catalogue>(options: FormulaServerOptions<C>): RunningServer {
  const { catalogue, openLink, platform } = options;
  const recording = recordEvents(options);
  const { onEvent } = recording;
  return openAll((opened) => {
    const bus = open<Catalogue, 'calc-server'>({ role: 'calc-server', catalogue, openLink, onEvent, platform });
    return serveOn(opened(bus), { ...options, ...recording });
  });
}

function serveOn<C extends Catalogue>(
  bus: Bus<Catalogue, 'calc-server'>,
  options: FormulaServerOptions<C> & Recording,
): RunningServer {
  const { operationTimeoutMs, onEvent, exposeErrors, telemetry } = options;
  const catalogue: Catalogue = options.catalogue;
  const { participant } = bus;

  // Created before the requester, so that a span shows the active broker before the retry that it causes.
  const spans = telemetry === undefined ? undefined : createCallSpans(participant, telemetry);
  const requests = createRequesterDriver(participant, { answerTimeoutMs: operationTimeoutMs, onEvent });
  for (const operation of Object.values(catalogue.operations)) {
    for (const lane of lanes) {
      const { name } = operation;
      requests.reportListeners(operationRequestTopic(name, lane));
      requests.hear(operationResultTopic(name, lane), readResult(operation), answerRouteOf(operation, lane));
    }
  }
  const fellBack = createThrottledCounter(participant.platform, (call, cause, count) => {
    const [operation = '', lane] = call.split('.');
    onEvent({ event: 'fallback', operation, lane: Number(lane) as Lane, cause, count });
  });
  const fallbackCounts = createCounts();
  const contexts = createHandlerContexts(participant, onEvent);
  const faults = createCodeFaults(participant.platform, { onEvent, exposeErrors });
  const loop = joinLoop(participant.platform);
  const fallbacks = createFallbacks(participant, loop);
  const responses = createResponderDriver<ReplyTopic>(participant, {
    publish: bus.publish,
    onEvent,
    loopSeen: fallbacks.loopSeen,
  });
  const gate = createPullGate(() => requests.open() + fallbacks.size());
  participant.table('paused formulas', gate.waiting);
  const run = createFormulaRun({
    bus,
    gate,
    catalogue,
    formulas: options.formulas,
    handlers: options.handlers,
    threads: options.threads,
    onEvent,
    contexts,
    faults,
    operationTimeoutMs,
    telemetry,
    spans,
    requests,
    fallbacks,
    onFallback(operation, lane, cause) {
      fallbackCounts.count(fallbackWord(operation, lane, cause));
      fellBack.count(`${operation}.${lane}`, cause);
    },
  });

  /** Created once, because a new topic for each request would have to be hashed again. */
  const replyTopics = new Map(Object.keys(catalogue.formulas).map((name) => [name, formulaResultTopic(name)]));
  const operandsMax = Math.max(...Object.values(catalogue.formulas).map(({ operands }) => operands.length));
  const requestTopics = lanes.slice(0, operandsMax).map((n) => operandTopic(n));
  joinOperands(bus, catalogue, requestTopics, (origin, complete) => {
    const joined = complete.map(({ seq, formula, operands, ttlMs, trace, attempt, refusal }) => {
      const replyTopic = replyTopics.get(formula) ?? formulaResultTopic(formula);
      return incoming({ seq, ttlMs, trace, attempt, input: operands, refusal }, replyTopic, run(formula));
    });
    responses.accept(origin, joined);
  });

  return startServer({
    role: 'calc-server',
    participant,
    requestTopics,
    serves: Object.keys(catalogue.formulas),
    contracts: Object.fromEntries(catalogue.hashes),
    responses,
    threads: options.threads?.inUse,
    waitingCalls: () => requests.counters().held + fallbacks.queued(),
    overrunning: contexts.overrunning,
    operations: () => operationsMetrics({ participant, catalogue, requests, fellBack: fallbackCounts }),
    onEvent,
    history: options.history,
    drainMs: options.drainMs,
    onClose() {
      requests.close();
      loop.leave();
      fellBack.close();
      contexts.close();
      faults.close();
    },
  });
}
