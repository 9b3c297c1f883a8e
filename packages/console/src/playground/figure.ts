import type { Figure, Host } from '../shared/playground.ts';
import { shownNames } from '../shared/playground.ts';
import type { Arrow, Note, Participant, Sequence } from '../shared/sequence.ts';
import type { SystemEvent } from '../shared/state.ts';
import type { Asked } from './diary.ts';
import type { Hop } from './traffic.ts';

/*
 * One request as a sequence diagram with the brokers in it: each message is two arrows. The diagram also
 * shows the events of the processes, so a failover reads as in the paper's Figure 26.
 */

/** From left to right, as in the paper. */
const order: readonly Host[] = ['client', 'broker', 'backup', 'calc-server', 'op-server-1', 'op-server-2'];

/** What an event says in a diagram. */
const noted: Readonly<Record<string, (text: string) => string>> = {
  killed: () => 'is killed',
  paused: () => 'is stopped',
  resumed: () => 'continues',
  'process-started': () => 'is started',
  active: (text) => `becomes active, ${text.split(', ', 1).join('')}`,
  standby: (text) => `stands by, ${text.split(', ', 1).join('')}`,
  cut: (text) => text,
  healed: (text) => text,
};

/** More steps than fit three screens explain nothing. */
const stepsMax = 80;

interface Timed {
  readonly atMs: number;
  readonly step: (Omit<Arrow, 'from' | 'to'> & { readonly from: string; readonly to: string }) | NoteOver;
}

type NoteOver = Omit<Note, 'over'> & { readonly over: string };

export function figureOf(
  { row, hops }: Asked,
  events: readonly SystemEvent[],
  lastBeat: (host: string) => Hop['passage'] | undefined,
): Figure {
  const startMs = row.startMs;
  const endMs = row.tookMs === undefined ? Number.POSITIVE_INFINITY : startMs + row.tookMs;
  const arrows = hops.filter(({ passage }) => passage.sentMs <= endMs).map((hop) => arrowOf(hop, startMs));
  const notes = events
    .filter(({ atMs, event }) => atMs >= startMs && atMs <= endMs && noted[event] !== undefined)
    .map(({ atMs, process, event, text }): Timed => {
      const label = noted[event]?.(text) ?? event;
      return { atMs, step: { type: 'note', over: process, label, offsetMs: atMs - startMs } };
    });
  const computed =
    row.fallbacks.length === 0
      ? []
      : [fallbackNote(row.fallbacks, hops.find(({ message }) => message.kind === 'answer')?.passage.sentMs ?? endMs)];
  const timed = [...beatBefore(lastBeat, notes, startMs), ...arrows, ...notes, ...computed].toSorted(
    (a, b) => a.atMs - b.atMs,
  );
  return { id: row.id, title: `${row.formula}(${row.operands})`, sequence: drawn(timed) };
}

/** A failover begins with a beat that is the last one. */
function beatBefore(
  lastBeat: (host: string) => Hop['passage'] | undefined,
  notes: readonly Timed[],
  startMs: number,
): readonly Timed[] {
  const end = notes.find(({ step }) => step.type === 'note' && /^is (?:killed|stopped)$/.test(step.label));
  const host = order.find((one) => end?.step.type === 'note' && shownNames[one] === end.step.over);
  const beat = host === undefined ? undefined : lastBeat(host);
  // The broker may have been started again since.
  if (beat === undefined || end === undefined || beat.sentMs > end.atMs) return [];
  const [from, to] = [nameOf(beat.from), nameOf(beat.to)];
  const offsetMs = beat.sentMs - startMs;
  return [
    { atMs: beat.sentMs, step: { type: 'arrow', from, to, label: 'heartbeat', look: 'answer', attempt: 1, offsetMs } },
  ];
}

function fallbackNote(lanes: readonly number[], atMs: number): Timed {
  const known = lanes.filter((lane) => lane > 0);
  const label = known.length === 0 ? 'computes a call itself' : `computes lane ${known.join(' and ')} itself`;
  // Right before the answer, which it makes possible.
  return { atMs: atMs - 1e-6, step: { type: 'note', over: shownNames['calc-server'], label } };
}

function arrowOf({ passage, message }: Hop, startMs: number): Timed {
  const { from, to, sentMs, fate } = passage;
  const lost = fate === 'lost';
  return {
    atMs: sentMs,
    step: {
      type: 'arrow',
      from: nameOf(from),
      to: nameOf(to),
      label: labelOf(message),
      look: lost ? 'lost' : message.code !== undefined ? 'failure' : isRequest(message) ? 'request' : 'answer',
      attempt: message.attempt,
      offsetMs: sentMs - startMs,
    },
  };
}

function isRequest({ kind }: Hop['message']): boolean {
  return kind === 'operand' || kind === 'call';
}

function labelOf({ kind, name, number, payload, code }: Hop['message']): string {
  if (code !== undefined) return code;
  if (kind === 'operand') return `leg ${number ?? ''}: ${payload}`;
  return kind === 'call' ? `${name}(${payload})` : payload;
}

function nameOf(host: string): string {
  return shownNames[host as Host] ?? host;
}

/** Only those who take part have a column. */
function drawn(timed: readonly Timed[]): Sequence {
  const shown = timed.slice(0, stepsMax);
  const names = new Set(shown.flatMap(({ step }) => (step.type === 'note' ? [step.over] : [step.from, step.to])));
  const participants: Participant[] = order
    .map((host) => ({ address: host, name: shownNames[host] }))
    .filter(({ name }) => names.has(name));
  const column = (name: string): number => participants.findIndex((one) => one.name === name);
  const steps = shown.flatMap(({ step }): (Arrow | Note)[] => {
    if (step.type === 'note') return column(step.over) === -1 ? [] : [{ ...step, over: column(step.over) }];
    return [{ ...step, from: column(step.from), to: column(step.to) }];
  });
  return { participants, steps, omitted: timed.length - shown.length };
}
