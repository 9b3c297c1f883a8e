import type { Host } from '../shared/playground.ts';

/* The acts of the paper's three scenes. Their texts are in the page. */

export interface Scene {
  readonly operands: readonly number[];
  readonly kills?: Host;
  /** As soon as a message of this kind is sent; unless given, before the client asks. */
  readonly killsWhen?: 'call';
}

export const scenes: readonly Scene[] = [
  { operands: [12, 13] },
  { operands: [12, 13], kills: 'op-server-1' },
  // In the middle of the request: the calls of the calc-server are lost with the broker.
  { operands: [12, 13], kills: 'broker', killsWhen: 'call' },
];
