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

/** A server that runs: it listens whenever its return path is confirmed. */
export interface RunningServer {
  readonly address: string;
  /** How it is, as it tells whoever asks for its status. */
  report(): StatusReport;
  /**
   * Ends it in order: its request topics are withdrawn, so that requesters turn to others; what runs is answered; then
   * the sockets close. What has not ended after 4.5 s is given up; the requester's deadline or another server takes over.
   * Asked for again, it is the same end.
   */
  drain(): Promise<void>;
  /** Closes at once; what runs is not answered. */
  close(): Promise<void>;
}

/** How many threads run handlers, and how many of them are at work. */
export interface ThreadsInUse {
  readonly threads: number;
  readonly threadsBusy: number;
}

export interface ServerOptions {
  readonly role: StatusReport['role'];
  readonly participant: Participant;
  /** Where requests come in, registered with the participant already. */
  readonly requestTopics: readonly string[];
  /** As a status shows it. */
  readonly serves: readonly string[];
  /** The hash of each contract that it serves or asks for, by name. */
  readonly contracts: Readonly<Record<string, number>>;
  readonly responses: ResponderDriver;
  /** Where handlers run in threads. */
  readonly threads?: (() => ThreadsInUse) | undefined;
  /** Calls of its own that wait for a server, or for their turn here. */
  readonly waitingCalls?: (() => number) | undefined;
  /** Handlers that ran longer than their contracts allow and have not settled. */
  readonly overrunning: () => number;
  readonly onEvent: OnEvent;
  /** When the sockets are closed. */
  readonly onClose?: (() => void) | undefined;
}

/**
 * When a server that has withdrawn says that it stays at work. A requester waits for it for a tenth of the time that it has had a
 * request, and a beat may get there before the withdrawal does.
 */
const leavingMs = [5, 20, 100, 300];

/** Below the 5 s after which whoever started the process expects it to be gone. */
const drainMaxMs = 4_500;

const writeStatus = messageWriter(statusResultTopic);

/** What both kinds of server share: when they listen, how they say how they are, and how they end. */
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

  /** Past the responder: there is nothing to run twice, and who asks without end takes no room from the work. */
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

  /** Until all that runs is answered, the time is up, or it is closed. */
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
    // What is cancelled by this is answered by nobody: another server is asked.
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
