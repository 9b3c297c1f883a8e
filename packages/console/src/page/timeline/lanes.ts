import type { SystemEvent } from '../../shared/state.ts';

/* The lanes of the timeline: one for each process, with its events and with the times of its states. */

export type Condition = 'active' | 'standby' | 'up' | 'paused' | 'gone';

export interface Span {
  readonly fromMs: number;
  /** Undefined until now. */
  readonly toMs: number | undefined;
  readonly condition: Condition;
}

export interface Lane {
  readonly process: string;
  readonly events: readonly SystemEvent[];
  readonly spans: readonly Span[];
}

/** The condition of a process after an event of this name. Other events leave the condition as it is. */
const conditions: Readonly<Record<string, Condition>> = {
  active: 'active',
  standby: 'standby',
  leaving: 'gone',
  unreachable: 'gone',
  'process-started': 'up',
  ready: 'up',
  'server-up': 'up',
  resumed: 'up',
  paused: 'paused',
  killed: 'gone',
  'server-down': 'gone',
  'process-ended': 'gone',
  'process-not-started': 'gone',
  stopped: 'gone',
};

export function lanesOf(events: readonly SystemEvent[]): Lane[] {
  const byProcess = new Map<string, SystemEvent[]>();
  for (const event of events) {
    const own = byProcess.get(event.process);
    if (own === undefined) byProcess.set(event.process, [event]);
    else own.push(event);
  }
  const takeovers = events.filter(({ event, epoch }) => event === 'active' && epoch !== undefined);
  return Array.from(byProcess, ([process, own]) => {
    const spans = spansOf(own).map((span) => endedByTakeover(span, process, takeovers));
    return { process, events: own, spans };
  }).toSorted(
    (a, b) => rank(a.process) - rank(b.process) || a.process.localeCompare(b.process, 'en', { numeric: true }),
  );
}

/** A broker that was killed tells nothing. It is no longer active, at the latest, when the other one is. */
function endedByTakeover(span: Span, process: string, takeovers: readonly SystemEvent[]): Span {
  if (span.condition !== 'active') return span;
  const own = takeovers.find((active) => active.process === process && active.atMs === span.fromMs);
  const over = takeovers.find(
    ({ process: other, atMs, epoch = 0 }) => other !== process && atMs > span.fromMs && epoch > (own?.epoch ?? 0),
  );
  return over !== undefined && over.atMs < (span.toMs ?? Number.POSITIVE_INFINITY)
    ? { ...span, toMs: over.atMs }
    : span;
}

function spansOf(events: readonly SystemEvent[]): Span[] {
  const spans: Span[] = [];
  let last: Span | undefined;
  let before: Condition = 'up';
  for (const { atMs, event } of events) {
    // A resumed process has the condition from before it was stopped.
    const condition: Condition | undefined = event === 'resumed' ? before : conditions[event];
    // `ready` does not end the condition of an active broker.
    if (
      condition === undefined ||
      condition === last?.condition ||
      (condition === 'up' && last?.condition === 'active')
    )
      continue;
    if (last !== undefined) spans.push({ ...last, toMs: atMs });
    if (condition === 'paused') before = last?.condition ?? 'up';
    last = { fromMs: atMs, toMs: undefined, condition };
  }
  return last === undefined ? spans : [...spans, last];
}

const ranks = ['primary broker', 'backup broker', 'calc-server', 'op-server'];

function rank(process: string): number {
  const found = ranks.findIndex((name) => process.startsWith(name));
  return found === -1 ? ranks.length : found;
}
