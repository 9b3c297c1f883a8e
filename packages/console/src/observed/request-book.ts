import { parseRequestId } from '@cateto/contracts';
import type { RequestRow, SeenMessage } from '../shared/request.ts';
import { createCallParents } from './call-parents.ts';
import type { Kept } from './kept.ts';
import type { Latencies } from './latencies.ts';
import type { Passed } from './seen.ts';
import { seenMessage } from './seen.ts';
import { requestShelf } from './request-shelf.ts';

/* Makes requests of the messages that pass, and keeps them for the pages. */

export interface RequestBook {
  passed(message: Passed): void;
  /** From now on nothing passes here for a while. Requests without an answer that began after this are left out. */
  paused(sinceMs: number): void;
  /** Requests whose time has passed without an answer. */
  expire(nowMs: number): void;
  /** The requests that are new or have changed since the last call. */
  changes(): readonly RequestRow[];
  /** All that are kept, in the order in which they began. */
  all(): readonly Kept[];
  get(id: string): Kept | undefined;
  /** Requests that were answered, since the start. */
  readonly answered: number;
}

const messagesMax = 200;
const callsMax = 10_000;
/** An answer may be late by the time that a message needs. */
const graceMs = 1_000;

interface OpenCall {
  readonly message: SeenMessage;
  readonly request: Kept | undefined;
}

export function createRequestBook(latencies: Latencies): RequestBook {
  const shelf = requestShelf();
  const parents = createCallParents();
  const calls = new Map<string, OpenCall>();
  const open = new Set<Kept>();
  const changed = new Set<Kept>();
  const forgotten = new Set<Kept>();
  let answered = 0;

  function operand(message: SeenMessage, { trace, traceId, message: fields }: Passed): void {
    const request = shelf.get(message.id) ?? begun(message);
    if (request.row.ending !== 'open' && request.row.ending !== 'unseen') return;
    const { row } = request;
    row.ending = 'open';
    row.server = message.to;
    row.attempts = Math.max(row.attempts, message.attempt);
    request.endsMs = message.atMs + (Number(fields['ttlMs']) || 0) + graceMs;
    request.operands[(message.number ?? 1) - 1] = message.payload;
    row.operands = Array.from(request.operands, (text) => text ?? '…')
      .join(', ')
      .slice(0, 120);
    open.add(request);
    parents.opened(request, { trace, traceId });
    keep(request, message);
  }

  function begun({ id, name, from, atMs }: SeenMessage): Kept {
    const request: Kept = {
      row: {
        id,
        formula: name,
        client: from,
        server: undefined,
        operands: '',
        ending: 'open',
        code: undefined,
        outcome: '',
        startMs: atMs,
        tookMs: undefined,
        fallbacks: [],
        attempts: 1,
      },
      messages: [],
      omitted: 0,
      inferred: false,
      size: 0,
      keys: new Set(),
      endsMs: atMs,
      operands: [],
    };
    shelf.put(request);
    return request;
  }

  function called(message: SeenMessage, { trace, traceId, message: fields }: Passed): void {
    const { origin } = fields;
    const request = parents.parentOf({ server: message.from, origin, marks: { trace, traceId } });
    const [oldest] = calls.keys();
    if (calls.size >= callsMax && oldest !== undefined) calls.delete(oldest);
    calls.set(message.id, { message, request });
    if (request === undefined) return;
    request.inferred ||= trace === undefined && traceId === undefined;
    keep(request, message);
  }

  function resulted(message: SeenMessage): void {
    const call = calls.get(message.id);
    if (call === undefined) return;
    calls.delete(message.id);
    latencies.add(message.from, message.atMs, message.atMs - call.message.atMs);
    if (call.request !== undefined) keep(call.request, message);
  }

  function answeredWith(message: SeenMessage, { message: fields }: Passed): void {
    const request = shelf.get(message.id);
    if (request === undefined) return;
    keep(request, message);
    const { row } = request;
    if (row.ending !== 'open' && row.ending !== 'unseen') return;
    row.ending = message.code === undefined ? 'value' : 'failed';
    row.code = message.code;
    row.outcome = message.payload.slice(0, 120);
    row.tookMs = message.atMs - row.startMs;
    row.server = message.from;
    row.fallbacks = lanesOf(fields['fallbacks']);
    answered += 1;
    latencies.add(message.from, message.atMs, row.tookMs);
    settle(request);
  }

  function keep(request: Kept, message: SeenMessage): void {
    changed.add(request);
    if (request.messages.length >= messagesMax) request.omitted += 1;
    else shelf.addMessage(request, message);
  }

  function settle(request: Kept): void {
    open.delete(request);
    parents.closed(request);
    changed.add(request);
    shelf.settled(request);
  }

  function cancelled({ sender, atMs, message }: Passed): void {
    if (!Array.isArray(message['seqs'])) return;
    const seqs = new Set<unknown>(message['seqs']);
    for (const request of open) {
      const id = parseRequestId(request.row.id);
      if (id === undefined || id.address !== sender || !seqs.has(id.seq)) continue;
      request.row.ending = 'cancelled';
      request.row.tookMs = atMs - request.row.startMs;
      settle(request);
    }
  }

  return {
    passed(passed) {
      if (passed.topic === 'calc.cancel') return cancelled(passed);
      const message = seenMessage(passed);
      if (message?.kind === 'operand') operand(message, passed);
      else if (message?.kind === 'call') called(message, passed);
      else if (message?.kind === 'result') resulted(message);
      else if (message?.kind === 'answer') answeredWith(message, passed);
    },
    paused(sinceMs) {
      calls.clear();
      for (const request of open) {
        if (request.row.startMs < sinceMs) continue;
        settle(request);
        shelf.remove(request);
        forgotten.add(request);
      }
    },
    expire(nowMs) {
      for (const request of open) {
        if (request.endsMs > nowMs) continue;
        request.row.ending = 'unseen';
        settle(request);
      }
    },
    changes() {
      const rows = [...changed].filter((request) => !forgotten.has(request)).map(({ row }) => row);
      changed.clear();
      forgotten.clear();
      return rows;
    },
    all: shelf.all,
    get: shelf.get,
    get answered() {
      return answered;
    },
  };
}

function lanesOf(fallbacks: unknown): number[] {
  return Array.isArray(fallbacks) ? fallbacks.filter((lane) => typeof lane === 'number').slice(0, 9) : [];
}
