import type { Passage, Passages, WritablePassage } from './passage.ts';
import type { Passing } from './tap.ts';
import { createTap } from './tap.ts';

/* The writes of a process into one direction of a connection: bytes that pass, and the messages that end in them. */

export interface Outgoing {
  readonly passing: Passing;
  readonly passages: Passages;
}

export interface OutgoingOptions {
  readonly from: string;
  readonly to: string;
  readonly nowMs: () => number;
  readonly loses: (topic: string, from: string, to: string) => boolean;
  readonly onMessage: ((passage: Passage) => void) | undefined;
}

export function createOutgoing(options: OutgoingOptions): (bytes: Uint8Array) => Outgoing {
  const { from, to, nowMs, loses, onMessage } = options;
  let written: WritablePassage[] = [];

  const tap = createTap((topic, bytes, start, end) => {
    const lost = loses(topic, from, to);
    if (onMessage === undefined) return lost;
    const passage: WritablePassage = {
      topic,
      body: bytes.slice(start, end),
      from,
      to,
      sentMs: nowMs(),
      arrivesMs: undefined,
      fate: lost ? 'lost' : 'under-way',
    };
    if (!lost) written.push(passage);
    onMessage(passage);
    return lost;
  });

  return (bytes) => {
    const passing = tap(bytes);
    if (written.length === 0) return { passing, passages: undefined };
    const passages = written;
    written = [];
    return { passing, passages };
  };
}
