import type { StatusReport } from '@cateto/contracts';
import {
  messageWriter,
  readStatusRequest,
  resultMessage,
  statusRequestTopic,
  statusResultTopic,
  version,
} from '@cateto/contracts';
import { hostname } from 'node:os';
import type { OnEvent } from '../participant/events.ts';
import type { Participant } from '../participant/participant.ts';
import type { ResponderDriver } from './responder-driver.ts';

/** A running server. It listens whenever its return path is confirmed. */
export interface RunningServer {
  readonly address: string;
  /** Its status, as it answers status requests. */
  report(): StatusReport;
  /**
   * Drains the server: it withdraws its request topics, so that requesters use other servers; it answers running
   * requests; then it closes its sockets. Requests that have not ended after 4.5 s are given up, and the requester's
   * deadline or another server takes over. Further calls return the same promise.
   */
  drain(): Promise<void>;
  /** Closes at once. Running requests are not answered. */
  close(): Promise<void>;
}

/** How many threads there are for handlers, and how many of them are busy. */
export interface ThreadsInUse {
  readonly threads: number;
  readonly threadsBusy: number;
}

export interface ServerOptions {
  readonly role: StatusReport['role'];
  readonly participant: Participant;
  /** The request topics, already registered with the participant. */
  readonly requestTopics: readonly string[];
  /** Its routes, for the status. */
  readonly serves: readonly string[];
  /** The hash of each contract that it serves or requests, by name. */
  readonly contracts: Readonly<Record<string, number>>;
  readonly responses: ResponderDriver;
  /** The threads that run handlers, if there are any. */
  readonly threads?: (() => ThreadsInUse) | undefined;
  /** How many of its own calls wait for a server, or for their turn here. */
  readonly waitingCalls?: (() => number) | undefined;
  /** How many handlers have run longer than their contracts allow and have not settled. */
  readonly overrunning: () => number;
  readonly onEvent: OnEvent;
  /** Called when the sockets are closed. */
  readonly onClose?: (() => void) | undefined;
}

/**
 * When a draining server sends beats that say that it is still at work. A requester waits for it for a tenth of the
 * time for which it has had a request, and a beat may arrive before the withdrawal does.
 */
const leavingMs = [5, 20, 100, 300];

/** Below the 5 s after which the parent process expects the server to be gone. */
const drainMaxMs = 4_500;

const writeStatus = messageWriter(statusResultTopic);

/** The part that both kinds of server share: when they listen, how they report their status, and how they end. */
export function startServer(options: ServerOptions): RunningServer {
  const { role, participant, requestTopics, serves, contracts, responses, threads, waitingCalls, overrunning } =
    options;
  const { onEvent, onClose } = options;
  const { platform } = participant;
  const topics = [...requestTopics, statusRequestTopic];
  const sinceMs = Date.now();
  let listening = false;
  let announced = false;
  let draining = false;

  function listen(): void {
    if (listening || draining) return;
    listening = true;
    for (const topic of topics) participant.subscribe(topic);
    if (announced) return;
    announced = true;
    onEvent({ event: 'ready', address: participant.address });
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
    const pid = process.pid;
    const tables = participant.tables();
    return {
      role,
      serves: [...serves],
      host: hostname(),
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
  participant.attach({
    returnPathChanged(change) {
      if (change.type === 'confirmed') listen();
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
      const cancel = platform.after(drainMaxMs, resolve);
      stopWaiting = () => {
        // A timer that is left would keep the process from ending.
        cancel();
        resolve();
      };
      void responses.drain(drainMaxMs).then(stopWaiting);
    });
  }

  function stayAtWork(): void {
    const timers = leavingMs.map((delayMs) => platform.after(delayMs, responses.sayAtWork));
    quit = () => timers.forEach((cancel) => cancel());
  }

  async function drain(): Promise<void> {
    draining = true;
    onEvent({ event: 'draining' });
    responses.sayAtWork();
    withdraw();
    stayAtWork();
    await workEnds();
    await close();
  }

  async function end(): Promise<void> {
    draining = true;
    stopWaiting?.();
    quit?.();
    responses.letGo();
    await participant.close();
    // Requests that this cancels are not answered; their requesters use another server.
    onClose?.();
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
    drain() {
      drained ??= closed ?? drain();
      return drained;
    },
    close,
  };
}
