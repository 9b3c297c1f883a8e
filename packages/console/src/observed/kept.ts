import type { RequestRow, SeenMessage } from '../shared/request.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A request that is kept. */
export interface Kept {
  readonly row: Writable<RequestRow>;
  messages: SeenMessage[];
  omitted: number;
  inferred: boolean;
  /** Characters of its messages. */
  size: number;
  /** The keys by which the calls that it causes are found (call-parents.ts). */
  readonly keys: Set<string>;
  /** When its time to live ends. */
  endsMs: number;
  /** The numbers of the operands that were sent, as texts. */
  readonly operands: string[];
}
