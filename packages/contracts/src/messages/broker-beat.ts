import { z } from '../schemas/zod.ts';
import { decodeValue, encodeValue } from '../msgpack/codec.ts';
import type { MessageOf } from './message-layout.ts';
import { messageLayout } from './message-layout.ts';

/** The counters that a broker publishes with its heartbeats. */
const counters = z.record(z.string().max(64), z.number());

/** The message that a broker publishes on its heartbeat port, for its peer and for status requests. */
const beatLayout = messageLayout({
  rank: z.enum(['primary', 'backup']),
  state: z.enum(['standby', 'active', 'leaving']),
  epoch: z.int().min(0),
  /** A random id, new at each start. */
  incarnation: z.string().regex(/^[a-z0-9]{12}$/),
  address: z.string().regex(/^[a-z0-9]{12}$/),
  counters,
});

export type Beat = MessageOf<typeof beatLayout>;

export function encodeBeat(beat: Beat): Uint8Array {
  return encodeValue(beatLayout.write(beat));
}

/** @returns undefined when the bytes are not a heartbeat */
export function decodeBeat(body: Uint8Array): Beat | undefined {
  return beatLayout.read(decodeValue(body));
}
