import {
  eventsRequestLayout,
  eventsRequestTopic,
  eventsResultTopic,
  limits,
  readEventsResult,
  isFailure,
} from '@cateto/contracts';
import type { EventsReport } from '@cateto/contracts';
import { openAll } from '../link/closing.ts';
import type { Duty, OpenLink, Platform } from '../link/link.ts';
import type { OnEvent } from '../participant/events.ts';
import { openParticipant } from '../participant/participant.ts';
import type { EventSource, EventsPosition, SystemEvent } from './event-source.ts';
import { createEventSource, placeOf } from './event-source.ts';

/** The environment of a reader. */
export interface EventReaderParts {
  readonly openLink: OpenLink;
  readonly platform: Platform;
  /** The keys differ. */
  readonly onEvent: OnEvent;
  /** How many brokers there are. */
  readonly brokers: number;
}

export interface EventReaderOptions extends EventReaderParts {
  /** The position at which an earlier reader ended. */
  readonly after: EventsPosition;
  /** The greatest age of past events, counted from the start of the reader; undefined for all that are kept. */
  readonly agoMs: number | undefined;
  /** How long the history may take. */
  readonly waitMs: number;
  /** Receives events, in the order of their times as far as they came together. */
  deliver(events: readonly SystemEvent[]): void;
  /** Called once: the history of every process that has answered was delivered. */
  caughtUp(): void;
  /** Whether the reader must wait, because its user has not taken the earlier events. */
  isFull(): boolean;
}

export interface EventReader {
  /** The brokers and servers that have not answered, for people. */
  missing(): readonly string[];
  close(): Promise<void>;
}

/** How often each process is asked for new events. */
const everyMs = 500;
/** Processes that are asked in a millisecond: a large system is asked less often. */
const perMs = 1;
/**
 * Further pages of a process for which the reader asks at once, in a second: twice as many as a full history has.
 * Without a bound, a process that always claims to have more would be asked without end.
 */
const pagesMax = (2 * limits.eventsKeptBytesMax) / limits.eventsOfReplyBytesMax;
const pagesEveryMs = 1_000;
/** How soon a process that has not answered is asked again. At first, subscriptions may still be in flight. */
const againMs = 100;
/** For how long after the start, or after another process was listed, processes are asked again that soon. */
const hastyMs = 2_000;
/** An answer that takes longer says little about the clock of the process. */
const answerMaxMs = 5_000;

/**
 * Reads the events of all brokers and servers by polling each process, because a process sends no event unasked. While
 * the history is read, a lost message costs a tenth of a second. The listeners of the topic of these requests are the
 * list of the processes.
 */
export function readEvents(options: EventReaderOptions): EventReader {
  return openAll((opened) => {
    const { openLink, platform } = options;
    // The reader reports its other faults by `missing`, and counts lost events.
    const onEvent: OnEvent = (event) => {
      if (event.event === 'keys-differ') options.onEvent(event);
    };
    const duty: Duty = { asks: true, serves: false, roles: ['observer'] };
    const participant = opened(openParticipant({ openLink, duty, platform, onEvent }));
    return startReader(participant, options);
  });
}

interface Asked {
  readonly source: EventSource;
  readonly sentMs: number;
}

function startReader(participant: ReturnType<typeof openParticipant>, options: EventReaderOptions): EventReader {
  const { platform, brokers, waitMs, agoMs, after: known, deliver, caughtUp, isFull } = options;
  const sources = new Map<string, EventSource>();
  /** Requests by seq, until they are answered or too late. */
  const asked = new Map<number, Asked>();
  /** The further pages that were asked for since `pagesSinceMs`, by address. */
  const pages = new Map<string, number>();
  let pagesSinceMs = Number.NEGATIVE_INFINITY;
  const startMs = platform.nowMs();
  const resumes = Object.keys(known).length > 0;
  let collected: SystemEvent[] = [];
  let hastyUntilMs = startMs + hastyMs;
  let lastSeq = 0;
  let confirmed = false;
  let historyRead = false;
  let closed = false;
  let soon = false;
  let cancelPoll: (() => void) | undefined;

  const listed = (): readonly string[] => participant.listenersOf(eventsRequestTopic);

  function sourceOf(address: string): EventSource {
    const source = sources.get(address) ?? createEventSource(address, known);
    // Keeps processes that have gone, as far as there is room: during a failover all servers are gone for a moment.
    sources.delete(address);
    sources.set(address, source);
    const [oldest] = sources.keys();
    if (sources.size > limits.listenersMax && oldest !== undefined) sources.delete(oldest);
    return source;
  }

  function ask(source: EventSource): void {
    lastSeq += 1;
    const position = source.position();
    // A reader that resumes asks for all events at first: only an answer names the history of its position.
    const since = position !== undefined || resumes || agoMs === undefined ? undefined : sinceStart(agoMs);
    asked.set(lastSeq, { source, sentMs: platform.nowMs() });
    const message = eventsRequestLayout.write({ seq: lastSeq, ...position, agoMs: since });
    participant.publish(eventsRequestTopic, source.address, message);
  }

  const sinceStart = (ms: number): number => ms + (platform.nowMs() - startMs);

  /** The processes whose answers may still come. */
  function waitingFor(): ReadonlySet<string> {
    const sinceMs = platform.nowMs() - againMs;
    return new Set([...asked.values()].flatMap(({ source, sentMs }) => (sentMs > sinceMs ? [source.address] : [])));
  }

  function poll(): void {
    soon = false;
    cancelPoll?.();
    flush();
    const nowMs = platform.nowMs();
    for (const [seq, { sentMs }] of asked) if (nowMs - sentMs >= answerMaxMs) asked.delete(seq);
    const addresses = listed();
    const waiting = waitingFor();
    if (!isFull()) {
      for (const address of addresses) if (!waiting.has(address)) ask(sourceOf(address));
    }
    checkHistory();
    // The end of the history may have made the caller close the reader. Another timer would keep the process running.
    if (closed) return;
    const isNew = addresses.some((address) => sources.get(address)?.isComplete() !== true);
    const isHasty = isNew && !isFull() && nowMs < hastyUntilMs;
    cancelPoll = platform.after(Math.max(isHasty ? againMs : everyMs, addresses.length / perMs), poll);
  }

  function pollSoon(): void {
    if (soon || closed) return;
    soon = true;
    hastyUntilMs = platform.nowMs() + hastyMs;
    platform.afterTurn(() => {
      if (!closed) poll();
    });
  }

  function answered(seq: number, report: EventsReport, sender: string): void {
    const request = asked.get(seq);
    // Anyone may send answers that nobody asked for.
    if (request?.source.address !== sender) return;
    asked.delete(seq);
    if (isFull()) return;
    const { source, sentMs } = request;
    const events = source.take(report, platform.nowMs() - sentMs, platform.wallMs());
    collected.push(...(resumes && agoMs !== undefined ? events.filter(isRecent) : events));
    if (!source.isComplete()) {
      if (events.length > 0) askForMore(source);
    } else if (historyRead && waitingFor().size === 0) flush();
    checkHistory();
  }

  function askForMore(source: EventSource): void {
    if (platform.nowMs() - pagesSinceMs >= pagesEveryMs) {
      pagesSinceMs = platform.nowMs();
      pages.clear();
    }
    const count = (pages.get(source.address) ?? 0) + 1;
    pages.set(source.address, count);
    if (count <= pagesMax && !isFull()) ask(source);
  }

  function isRecent(event: SystemEvent): boolean {
    return known[placeOf(event).history] !== undefined || event.at >= platform.wallMs() - sinceStart(agoMs ?? 0);
  }

  /** The events of one process stay in its order, whatever its clock does. */
  function flush(): void {
    if (!historyRead || collected.length === 0) return;
    const events = inOrder(collected);
    collected = [];
    deliver(events);
  }

  function checkHistory(): void {
    if (historyRead) return;
    const addresses = listed();
    const answers = addresses.map((address) => sources.get(address));
    const heard = answers.filter((source) => source?.process()?.role === 'broker').length;
    const isRead =
      confirmed &&
      heard + participant.unreached().length >= brokers &&
      answers.every((source) => source?.isComplete() === true);
    if (isRead || platform.nowMs() - startMs >= waitMs) historyEnds();
  }

  function historyEnds(): void {
    if (historyRead) return;
    historyRead = true;
    cancelWait();
    flush();
    caughtUp();
  }

  participant.receive(eventsResultTopic, readEventsResult, (results, { sender }) => {
    for (const { seq, outcome } of results) {
      if (!closed && !isFailure(outcome)) answered(seq, outcome.value as EventsReport, sender);
    }
  });
  participant.subscribe(eventsResultTopic);
  participant.attach({
    tableChanged(change) {
      if (change.type === 'listener-up' && change.route === eventsRequestTopic) pollSoon();
    },
    returnPathChanged(change) {
      if (change.type === 'unconfirmed') confirmed = false;
      if (change.type !== 'confirmed') return;
      confirmed = true;
      pollSoon();
    },
  });
  const cancelWait = platform.after(waitMs, historyEnds);
  // Not at once: the wait may be over already, and the caller does not have this reader yet.
  pollSoon();

  return {
    missing() {
      const silent = listed().filter((address) => sources.get(address)?.process() === undefined);
      return [
        ...participant.unreached().map((broker) => `the broker at ${broker}`),
        ...(confirmed ? [] : ['the servers: no active broker is reached']),
        ...silent.map((address) => `the process ${address}, which has not answered`),
      ];
    },
    close() {
      closed = true;
      cancelPoll?.();
      cancelWait();
      return participant.close();
    },
  };
}

/** Merges by time, and never changes the order of one process. */
function inOrder(events: readonly SystemEvent[]): SystemEvent[] {
  const latest = new Map<string, number>();
  const keyed = events.map((event) => {
    const key = Math.max(event.at, latest.get(event.process.address) ?? event.at);
    latest.set(event.process.address, key);
    return { event, key };
  });
  return keyed.toSorted((one, other) => one.key - other.key).map(({ event }) => event);
}
