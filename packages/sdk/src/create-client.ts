import type {
  BrokerStatus,
  Bus,
  BusEvent,
  FormulaQuestion,
  OpenLink,
  Platform,
  ServerStatus,
  Settle,
} from '@cateto/bus';
import {
  createCallSpans,
  createFormulaClient,
  createRequesterDriver,
  createStatusClient,
  observe,
  open,
  openAll,
} from '@cateto/bus';
import type { Catalogue, Failure, Formula, Success, Telemetry } from '@cateto/contracts';
import { isFailure, requestId, takeOperands, textOf } from '@cateto/contracts';
import { isolateCallback } from './isolate-callback.ts';
import { formulaNamed } from './formula-named.ts';
import { readCallOptions, readStatusWait } from './call-options.ts';
import { checkCatalogue, checkTelemetry } from './check-options.ts';
import type { Answer, CallOptions } from './call.ts';
import type { Client, ClientBase, ObservedAt, Watch } from './client.ts';
import type { SystemEvents } from './events.ts';
import { openEvents } from './events.ts';
import { onAbort } from './on-abort.ts';
import type { CallMap } from './map/map-calls.ts';
import { mapMethod } from './map/map-method.ts';
import { abortedCall, callAfterClose, refusedCall, RequestError } from './request-error.ts';
import { systemStatus } from './system-status.ts';

/** The parts of a client: sockets and real time, or a network that simulates both. */
export interface ClientParts {
  readonly catalogue: Catalogue;
  readonly timeoutMs: number;
  readonly openLink: OpenLink;
  readonly platform: Platform;
  /** How many brokers there are. */
  readonly brokers: number;
  hearBrokers(waitMs: number, ending: AbortSignal): Promise<readonly BrokerStatus[]>;
  readonly onEvent: ((event: BusEvent) => void) | undefined;
  readonly telemetry?: Telemetry | undefined;
}

/** A requester passes over a server that leaves a request unanswered for so long. */
const answerTimeoutMs = 2_000;

export function createClient(parts: ClientParts): Client<Catalogue> {
  const { catalogue, openLink, platform } = parts;
  checkCatalogue(catalogue);
  checkTelemetry(parts.telemetry);
  const onEvent = isolateCallback(parts.onEvent ?? (() => undefined));
  return openAll((opened) => {
    const bus = opened(open({ role: 'client', catalogue, openLink, platform, onEvent }));
    return createClientOn(bus, { ...parts, onEvent });
  });
}

type ClientPartsOnBus = ClientParts & { readonly onEvent: (event: BusEvent) => void };

function createClientOn(bus: Bus<Catalogue, 'client'>, parts: ClientPartsOnBus): Client<Catalogue> {
  const { catalogue, openLink, platform, onEvent } = parts;
  const { participant } = bus;
  // Created before the requester, so that a span shows the active broker before the retry that it causes.
  const spans = parts.telemetry === undefined ? undefined : createCallSpans(participant, parts.telemetry);
  const requests = createRequesterDriver(participant, { answerTimeoutMs, onEvent });
  const formulas = createFormulaClient(bus, catalogue, requests, spans);
  const statuses = createStatusClient(bus, requests);
  const watches = new Set<Watch>();
  const eventStreams = new Set<SystemEvents>();
  const statusesAsked = new Set<AbortController>();
  const maps = new Set<CallMap<unknown, unknown>>();
  const map = mapMethod({ catalogue, call: ask, open: maps });
  let closed = false;

  function ask(formula: Formula, operands: unknown, given: unknown): Promise<Answer<unknown>> {
    if (closed) return Promise.reject(callAfterClose());
    const options = readCallOptions(formula, given);
    if (isFailure(options)) return Promise.reject(new RequestError(options, undefined));
    const taken = takeOperands(formula, operands);
    return isFailure(taken) ? Promise.reject(new RequestError(taken, undefined)) : send(formula, taken, options);
  }

  function send(
    formula: Formula,
    operands: readonly unknown[],
    { signal, timeoutMs = parts.timeoutMs, trace, onProgress }: CallOptions,
  ): Promise<Answer<unknown>> {
    return new Promise((resolve, reject) => {
      const startMs = platform.nowMs();
      const settle = (outcome: Success | Failure, seq: number): void => {
        const id = requestId(bus.address, seq);
        if (isFailure(outcome)) return reject(new RequestError(outcome, id));
        const { value, fallbacks, fallbackCount } = outcome;
        resolve({ value, id, elapsedMs: platform.nowMs() - startMs, fallbacks, fallbackCount });
      };
      const tellProgress = onProgress === undefined ? undefined : isolateCallback(onProgress);
      const question = { formula, operands, timeoutMs, trace, settle, onProgress: tellProgress };
      if (signal === undefined) formulas.ask(question);
      else askUntilAborted(question, signal, reject);
    });
  }

  /** The signal may come from another library. If it throws, only this call fails. */
  function askUntilAborted(
    question: FormulaQuestion,
    signal: AbortSignal,
    reject: (error: RequestError) => void,
  ): void {
    let seq: number | undefined;
    let aborted = false;
    let forget = (): void => undefined;
    const abort = (): void => {
      aborted = true;
      if (seq === undefined) return;
      reject(abortedCall(requestId(bus.address, seq), signal));
      formulas.cancel(seq);
    };
    try {
      if (signal.aborted) aborted = true;
      else forget = onAbort(signal, abort);
    } catch (error) {
      return reject(refusedCall(`${question.formula.name}: the signal cannot be used: ${textOf(error)}`));
    }
    if (aborted) {
      forget();
      return reject(abortedCall(undefined, signal));
    }
    const settle: Settle = (outcome, number) => {
      forget();
      question.settle(outcome, number);
    };
    seq = formulas.ask({ ...question, settle });
  }

  function watch(onMessage: (message: ObservedAt) => void): Watch {
    if (closed) throw callAfterClose();
    if (typeof onMessage !== 'function') throw refusedCall('watch takes a function, for each message');
    const show = isolateCallback(onMessage);
    const observer = observe({
      openLink,
      platform,
      onEvent,
      onMessage: (message) => show({ ...message, at: Date.now() }),
      onDropped: (topic, cause) => onEvent({ event: 'message-dropped', topic, cause, count: 1 }),
    });
    async function end(): Promise<void> {
      watches.delete(watching);
      await observer.close();
    }
    const watching: Watch = { close: end, [Symbol.asyncDispose]: end };
    watches.add(watching);
    return watching;
  }

  async function askStatus(waitMs: number): Promise<[readonly BrokerStatus[], readonly ServerStatus[]]> {
    const asked = new AbortController();
    statusesAsked.add(asked);
    try {
      return await Promise.all([parts.hearBrokers(waitMs, asked.signal), statuses.ask(waitMs, asked.signal)]);
    } finally {
      statusesAsked.delete(asked);
      // If one of the two fails, do not wait for the other.
      asked.abort();
    }
  }

  async function close(): Promise<void> {
    closed = true;
    for (const one of maps) one.fail(callAfterClose());
    requests.close();
    for (const asked of statusesAsked) asked.abort();
    await Promise.all([
      bus.close(),
      ...[...watches].map((one) => one.close()),
      ...[...eventStreams].map((one) => one.return()),
    ]);
  }

  const base: ClientBase<Catalogue> = {
    address: bus.address,
    catalogue,
    async call(name, operands, options) {
      return ask(formulaNamed(catalogue, name), operands, options);
    },
    map(...args) {
      if (closed) throw callAfterClose();
      return map(...args);
    },
    async status(options = {}) {
      const waitMs = readStatusWait(options);
      if (isFailure(waitMs)) throw new RequestError(waitMs, undefined);
      if (closed) throw callAfterClose();
      const [heard, servers] = await askStatus(waitMs);
      // Status requests that time out near the end of the wait do not mean that a server is missing.
      if (closed) throw callAfterClose();
      return systemStatus(catalogue, heard, servers);
    },
    metrics: () => ({
      ...requests.metrics(),
      dropped: participant.dropped.causes(),
      tables: participant.tables(),
    }),
    watch,
    events(options = {}) {
      if (closed) throw callAfterClose();
      const events = openEvents(parts, options, (ended) => eventStreams.delete(ended));
      eventStreams.add(events);
      return events;
    },
    close,
    [Symbol.asyncDispose]: close,
  };

  const calls = Object.values(catalogue.formulas).map((formula) => {
    const count = formula.operands.length;
    // The argument after the operands is the options. A wrong number of operands is found by the check of the operands.
    const callFormula = (...args: readonly unknown[]): Promise<Answer<unknown>> =>
      ask(formula, args.slice(0, count), args[count]);
    return [formula.name, Object.assign(callFormula, { contract: formula })] as const;
  });
  return Object.assign(base, Object.fromEntries(calls)) as Client<Catalogue>;
}
