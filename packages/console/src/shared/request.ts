/* A request as the console saw it pass. The server writes it, the page shows it. Every text is bounded. */

/** `open`: no answer has passed. `unseen`: its answer would have passed while nothing was observed. */
export type Ending = 'open' | 'value' | 'failed' | 'cancelled' | 'unseen';

export interface RequestRow {
  /** `k3f0q9x2m1zd-7f` */
  readonly id: string;
  readonly formula: string;
  /** The address of the client. */
  readonly client: string;
  /** The address of the calc-server that had it last. */
  readonly server: string | undefined;
  /** `12, 13` */
  readonly operands: string;
  readonly ending: Ending;
  /** The failure code of a failed request. */
  readonly code: string | undefined;
  /** The value, or the text of the failure. */
  readonly outcome: string;
  /** When its first operand passed, in milliseconds since 1970 by the clock of the console. */
  readonly startMs: number;
  readonly tookMs: number | undefined;
  /** The lanes that the calc-server computed itself. */
  readonly fallbacks: readonly number[];
  /** How often it was sent. */
  readonly attempts: number;
}

export type SeenKind = 'operand' | 'call' | 'result' | 'answer' | 'cancel';

/** One message that passed. */
export interface SeenMessage {
  readonly kind: SeenKind;
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly topic: string;
  /** The id of the request that it belongs to: of the client, or of a calc-server's call. */
  readonly id: string;
  /** The number of the operand or of the lane. */
  readonly number: number | undefined;
  /** The formula or operation. */
  readonly name: string;
  readonly payload: string;
  readonly code: string | undefined;
  /** 1 the first time. */
  readonly attempt: number;
}

export interface RequestDetail extends RequestRow {
  readonly messages: readonly SeenMessage[];
  /** Messages beyond those that are kept for one request. */
  readonly omitted: number;
  /** Calls were attributed by their client alone, because the request has no trace. */
  readonly inferred: boolean;
  /** The names of the addresses, as far as they are known: `op-server 2f1c`. */
  readonly names: Readonly<Record<string, string>>;
}
