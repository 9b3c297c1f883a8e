import type { ServerMetrics, StatusReport } from '@cateto/contracts';
import {
  eventsRequestTopic,
  eventsResultTopic,
  limits,
  messageWriter,
  readEventsRequest,
  readStatusRequest,
  resultMessage,
  statusRequestTopic,
  statusResultTopic,
  version,
} from '@cateto/contracts';
import type { EventHistory } from '../events/event-history.ts';
import { answersEvents } from '../events/events-answer.ts';
import type { OnEvent } from '../participant/events.ts';
import type { ServerNumbers } from './server-metrics.ts';
import { serverMetrics } from './server-metrics.ts';

/** A running server. It listens whenever its return path is confirmed. */
export interface RunningServer {
  readonly address: string;
  /** Its status, as it answers status requests. */
  report(): StatusReport;
  /** The number of entries in each of its tables, and of the requests in flight. */
  tables(): Readonly<Record<string, number>>;
  metrics(): ServerMetrics;
  /** Why requests do not reach it at this moment; undefined when they do. */
  notReady(): string | undefined;
  /**
   * Drains the server: it withdraws its request topics, so that requesters use other servers; it answers running
   * requests; then it closes its sockets. It gives back requests that have not begun after 100 ms, or not ended after
   * the drain time, and other servers take over. Further calls return the same promise.
   */
  drain(): Promise<void>;
  /** Closes at once. Running requests are not answered. */
  close(): Promise<void>;
}

export interface ServerOptions extends ServerNumbers {
  /** The request topics, already registered with the participant. */
  readonly requestTopics: readonly string[];
  /** Its routes, for the status. */
  readonly serves: readonly string[];
  /** The hash of each contract that it serves or requests, by name. */
  readonly contracts: Readonly<Record<string, number>>;
  readonly onEvent: OnEvent;
  /** Keeps its events for observers. */
  readonly history: EventHistory;
  /** How long running work may take during a drain, in milliseconds; unless given, 5,000. */
  readonly drainMs?: number | undefined;
  /** Called when this server answers nothing more; its sockets close next. */
  readonly onClose?: (() => void) | undefined;
}

/**
 * When a server that has withdrawn repeats the beat that names its remaining requests: the first beat may be lost with
 * a broker.
 */
const leavingMs = [5, 20, 100, 300];
/** Without a broker, no round trip ends. */
const roundTripMaxMs = 100;

const obstacles = {
  'no-broker': 'no active broker is reached',
  'no-return-path': 'the return path is not confirmed: no message has come back from the active broker',
};

const writeStatus = messageWriter(statusResultTopic);
const writeEvents = messageWriter(eventsResultTopic);

/** The part that both kinds of server share: when they listen, how they report their status, and how they end. */
export function startServer(options: ServerOptions): RunningServer {
  const { role, participant, requestTopics, serves, contracts, responses, threads, waitingCalls, overrunning } =
    options;
  const { onEvent, history, onClose, drainMs = limits.drainMs } = options;
  const { platform } = participant;
  const topics = [...requestTopics, statusRequestTopic];
  const sinceMs = platform.wallMs();
  const answerEvents = answersEvents(history, { role }, platform);
  const { host, pid } = platform.process;
  let listening = false;
  let announced = false;
  let draining = false;
  /** When this server reached an active broker last, while it reaches none. */
  let unlinkedMs: number | undefined;

  function listen(): void {
    if (listening || draining) return;
    listening = true;
    for (const topic of topics) participant.subscribe(topic);
    if (announced) return;
    announced = true;
    onEvent({ event: 'ready', address: participant.address });
  }

  function lose(): void {
    if (unlinkedMs !== undefined || participant.obstacle() !== 'no-broker') return;
    unlinkedMs = platform.nowMs();
    onEvent({ event: 'active-broker-lost' });
  }

  function reach(): void {
    if (unlinkedMs !== undefined) {
      onEvent({ event: 'active-broker-reached', afterMs: Math.round(platform.nowMs() - unlinkedMs) });
      unlinkedMs = undefined;
    }
    listen();
  }

  function withdraw(): void {
    if (!listening) return;
    listening = false;
    for (const topic of topics) participant.unsubscribe(topic);
  }

  function report(): StatusReport {
    const { inFlight, answered, givenUp, late } = responses.counters();
    const { handlingMs, ...counts } = responses.runCounts();
    const { queued, ...load } = responses.load();
    const tables = participant.tables();
    return {
      role,
      serves: [...serves],
      host,
      pid,
      sinceMs,
      inFlight,
      answered,
      givenUp: givenUp - late + overrunning(),
      tables,
      version,
      contracts,
      ...counts,
      ...(handlingMs === undefined ? {} : { handlingMs }),
      ...threads?.(),
      ...load,
      queued: queued + (waitingCalls?.() ?? 0),
    };
  }

  function notReady(): string | undefined {
    if (draining) return 'the server drains';
    const obstacle = participant.obstacle();
    if (obstacle !== undefined) return obstacles[obstacle];
    return listening ? undefined : 'the server does not listen to its requests yet';
  }

  /**
   * Status requests bypass the responder: they need no protection from running twice, and a flood of them takes no room
   * from the work.
   */
  participant.receive(statusRequestTopic, readStatusRequest, (asked, { sender }) => {
    const outcome = { value: report(), fallbacks: [] };
    for (const { seq, refusal } of asked) {
      participant.publish(statusResultTopic, sender, writeStatus(resultMessage(seq, refusal ?? outcome)));
    }
  });
  participant.receive(eventsRequestTopic, readEventsRequest, (asked, { sender }) => {
    for (const one of asked) {
      const value = answerEvents(one);
      if (value === undefined) participant.dropped.count(eventsRequestTopic, 'too many requests for events');
      else
        participant.publish(eventsResultTopic, sender, writeEvents(resultMessage(one.seq, { value, fallbacks: [] })));
    }
  });
  // Also while the server drains, or does not listen to its requests: then events matter most.
  participant.subscribe(eventsRequestTopic);
  participant.attach({
    returnPathChanged(change) {
      if (change.type === 'unconfirmed') lose();
      if (change.type === 'confirmed') reach();
      if (change.type === 'withdraw') withdraw();
    },
  });

  let drained: Promise<void> | undefined;
  let closed: Promise<void> | undefined;
  let stopWaiting: (() => void) | undefined;
  let quit: (() => void) | undefined;

  /** Resolves when all running requests are answered, the time is up, or the server is closed. */
  function workEnds(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = platform.after(drainMs, resolve);
      stopWaiting = () => {
        // A timer that is left would keep the process from ending.
        cancel();
        resolve();
      };
      void responses.drain(drainMs).then(stopWaiting);
    });
  }

  function stayAtWork(): void {
    const timers = leavingMs.map((delayMs) => platform.after(delayMs, responses.sayAtWork));
    quit = () => timers.forEach((cancel) => cancel());
  }

  /** Tells requesters which requests this server keeps. Resolves when a broker has forwarded that. */
  function workAnnounced(): Promise<void> {
    responses.sayAtWork();
    return new Promise((resolve) => {
      const cancel = platform.after(roundTripMaxMs, resolve);
      participant.afterRoundTrip(() => {
        cancel();
        resolve();
      });
    });
  }

  async function drain(): Promise<void> {
    draining = true;
    onEvent({ event: 'draining' });
    const untilMs = platform.nowMs() + drainMs;
    const over = workEnds().then(() => {
      if (closed === undefined) return participant.chunks.allSent(untilMs - platform.nowMs());
    });
    if (responses.isBusy()) await Promise.race([workAnnounced(), over]);
    withdraw();
    if (closed === undefined) stayAtWork();
    await over;
    await close();
  }

  async function end(): Promise<void> {
    draining = true;
    stopWaiting?.();
    quit?.();
    responses.letGo();
    // A process that still listens to something when its connection closes counts as one that has crashed.
    participant.unsubscribe(eventsRequestTopic);
    onClose?.();
    await participant.close();
    responses.close();
    onEvent({ event: 'stopped' });
  }

  function close(): Promise<void> {
    closed ??= end();
    return closed;
  }

  return {
    address: participant.address,
    report,
    tables: () => ({ ...participant.tables(), 'in flight': responses.counters().inFlight }),
    metrics: () => serverMetrics(options),
    notReady,
    drain() {
      drained ??= closed ?? drain();
      return drained;
    },
    close,
  };
}
