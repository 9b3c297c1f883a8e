import type { RequestDetail, SeenMessage } from './request.ts';

/* A request as a sequence diagram: its participants, and the messages between them in order. */

export interface Participant {
  readonly address: string;
  readonly name: string;
}

export interface Arrow {
  readonly type: 'arrow';
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** `lost`: it did not arrive. */
  readonly look: 'request' | 'answer' | 'failure' | 'lost';
  /** 2 or more when it was sent again. */
  readonly attempt: number;
  /** Since the first message. */
  readonly offsetMs: number;
}

/** Something that no message shows. */
export interface Note {
  readonly type: 'note';
  readonly over: number;
  readonly label: string;
  /** Since the first message, if it is known. */
  readonly offsetMs?: number;
}

export interface Sequence {
  readonly participants: readonly Participant[];
  readonly steps: readonly (Arrow | Note)[];
  /** Messages that are not drawn. */
  readonly omitted: number;
}

/** The most arrows of a diagram: two screens of them. */
const arrowsMax = 60;

export function sequenceOf(detail: RequestDetail): Sequence {
  const drawn = detail.messages.slice(0, arrowsMax);
  const participants: Participant[] = [];

  function column(address: string): number {
    const found = participants.findIndex((one) => one.address === address);
    if (found !== -1) return found;
    return participants.push({ address, name: detail.names[address] ?? address }) - 1;
  }

  // The client is always on the left, also when its first operand was not seen.
  column(detail.client);
  const startMs = drawn[0]?.atMs ?? detail.startMs;
  const steps: (Arrow | Note)[] = [];
  for (const message of drawn) {
    if (message.kind === 'answer' && detail.fallbacks.length > 0) {
      steps.push({ type: 'note', over: column(message.from), label: fallbackLabel(detail.fallbacks) });
    }
    steps.push({
      type: 'arrow',
      from: column(message.from),
      to: column(message.to),
      label: labelOf(message),
      look: lookOf(message),
      attempt: message.attempt,
      offsetMs: message.atMs - startMs,
    });
  }
  return { participants, steps, omitted: detail.omitted + detail.messages.length - drawn.length };
}

function fallbackLabel(lanes: readonly number[]): string {
  const known = lanes.filter((lane) => lane > 0);
  if (known.length === 0) return 'computes calls itself';
  return `computes ${known.length === 1 ? 'lane' : 'lanes'} ${known.join(', ')} itself`;
}

function lookOf({ kind, code }: SeenMessage): Arrow['look'] {
  if (code !== undefined) return 'failure';
  return kind === 'operand' || kind === 'call' ? 'request' : 'answer';
}

function labelOf({ kind, name, number, payload, code }: SeenMessage): string {
  if (code !== undefined) return payload === '' ? code : `${code}: ${payload}`;
  switch (kind) {
    case 'operand':
      return `operand ${number ?? ''}: ${payload}`;
    case 'call':
      return `${name}(${payload})`;
    case 'result':
    case 'answer':
      return payload;
    case 'cancel':
      return 'cancel';
  }
}
