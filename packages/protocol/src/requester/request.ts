import type { Failure } from '@cateto/contracts';
import type { InFlight, Room } from './rooms.ts';
import type { Server } from './servers.ts';
import type { RequestCall } from './types.ts';
import type { Account } from '../structures/accounts.ts';
import type { Heap, HeapMember } from '../structures/heap.ts';

const suspectEnds = 2;

/**
 * An open request: held while it has no server, in flight from then on. Fields that few requests need are undefined for
 * all others: a number that is not a small integer takes memory of its own, three hundred thousand times a second.
 */
export interface OpenRequest<W> extends InFlight {
  readonly call: RequestCall<W>;
  readonly calledMs: number;
  /** When it ends before its deadline: it was sent, and its caller has an alternative to waiting for long. */
  lateAtMs: number | undefined;
  /** The server of the last attempt, and the room that it takes there. */
  server: Server | undefined;
  room: Room | undefined;
  /** Its neighbours among the requests of its server (in-flight.ts). */
  older: InFlight | undefined;
  newer: InFlight | undefined;
  /** The line in which it waits for room (waiting-queues.ts). */
  line: Line<W> | undefined;
  /** The origin whose turn the request took when it was sent, and the time that the origin was charged. */
  charged: { readonly origin: Origin<W>; readonly ms: number } | undefined;
  /** When the first attempt was sent to this server. */
  serverSinceMs: number;
  /** For how long this process stood still since then. `serverSinceMs` was moved by as much. */
  stillMs: number;
  /** Earlier servers, with the time at which it was first sent to each. */
  earlier: Map<Server, number> | undefined;
  /** Addresses of servers that were sent a copy to see whether they are well. */
  probed: Set<string> | undefined;
  /** Servers that cannot take it, although another may; `refusal` is the last answer among them. */
  refused: Set<Server> | undefined;
  refusal: Failure | undefined;
  /** How often it was sent. */
  attempts: number;
  /** How many of these attempts had no other cause than silence. */
  silences: number;
  /** When it is resent without another cause, and the distance to the time after that. */
  resendDueMs: number;
  resendEveryMs: number;
  /** The proof that it was forwarded, without which it does not move (path-proofs.ts); 0 before one was asked for. */
  proof: number;
  /** When a copy of it was sent to its current server, which had been sent it before; undefined if none was. */
  repeatedMs: number | undefined;
  /** When the requester checks it next; infinity if no check is scheduled. */
  scheduledMs: number;
  /** Its server has named it in a beat: the server has it, or has answered it since. */
  listed: boolean;
  /**
   * Its server named it and does not any more: it was answered, and the answer is lost unless it arrives in this turn.
   */
  lost: boolean;
  /**
   * Its server, which has named it, does not listen any more, or not yet at a new broker. The request waits for it
   * until this time.
   */
  staysUntilMs: number | undefined;
  /** How many servers ended while they had it. */
  ends: number;
  /** The caller has its outcome. The record remains, so that the servers do not consider it settled. */
  settled: boolean;
}

/**
 * Requests of one origin that may go to the same servers, the oldest first. Some requests that have left are still in
 * `items`.
 */
export interface Line<W> extends HeapMember {
  readonly key: string;
  readonly origin: Origin<W>;
  /** The lines of all origins with the same key, by whose turn it is. */
  readonly turns: Heap<Line<W>>;
  items: OpenRequest<W>[];
  head: number;
  waiting: number;
}

/** The origin of requests for a contract. */
export interface Origin<W> extends Account {
  readonly contract: string;
  /** By key: the lines in which requests wait. */
  readonly lines: Map<string, Line<W>>;
  waiting: number;
}

export function openRequest<W>(call: RequestCall<W>, nowMs: number, resendEveryMs: number): OpenRequest<W> {
  return {
    call,
    calledMs: nowMs,
    lateAtMs: undefined,
    server: undefined,
    room: undefined,
    older: undefined,
    newer: undefined,
    line: undefined,
    charged: undefined,
    serverSinceMs: nowMs,
    stillMs: 0,
    earlier: undefined,
    probed: undefined,
    refused: undefined,
    refusal: undefined,
    attempts: 0,
    silences: 0,
    resendDueMs: Number.POSITIVE_INFINITY,
    resendEveryMs,
    proof: 0,
    repeatedMs: undefined,
    scheduledMs: Number.POSITIVE_INFINITY,
    listed: false,
    lost: false,
    staysUntilMs: undefined,
    ends: 0,
    settled: false,
  };
}

/** When it settles if nothing arrives. */
export function expiresMs<W>({ call, lateAtMs }: OpenRequest<W>): number {
  return lateAtMs ?? call.deadlineMs;
}

/**
 * Its requester stood still for this long: no server was silent during that time.
 *
 * @param lateByMs how much later it is late, with the time to read what arrived meanwhile
 */
export function resumeAfter<W>(request: OpenRequest<W>, ms: number, lateByMs: number, nowMs: number): void {
  const { earlier, lateAtMs, call } = request;
  const moved = (sinceMs: number): number => Math.min(sinceMs + ms, nowMs);
  const beforeMs = request.serverSinceMs;
  request.serverSinceMs = moved(beforeMs);
  request.stillMs += request.serverSinceMs - beforeMs;
  for (const [server, sinceMs] of earlier ?? []) earlier?.set(server, moved(sinceMs));
  if (lateAtMs !== undefined) request.lateAtMs = Math.min(lateAtMs + lateByMs, call.deadlineMs);
}

/** Records that the request goes to another server now, or to none for the moment. */
export function assign<W>(request: OpenRequest<W>, server: Server | undefined, nowMs: number): void {
  const before = request.server;
  request.server = server;
  // After a failover the same server is listed again, and has had the request since it was first sent there.
  if (before !== undefined && before.address === server?.address) return;
  if (before !== undefined) noteEarlier(request, before, request.serverSinceMs);
  if (server === undefined) request.resendDueMs = Number.POSITIVE_INFINITY;
  else request.serverSinceMs = earlierSinceMs(request, server.address) ?? nowMs;
  request.stillMs = 0;
}

function earlierSinceMs<W>({ earlier }: OpenRequest<W>, address: string): number | undefined {
  if (earlier === undefined) return undefined;
  for (const [server, sinceMs] of earlier) if (server.address === address) return sinceMs;
  return undefined;
}

/** Records that a server has a copy of the request besides the one that is to answer it. */
export function noteEarlier<W>(request: OpenRequest<W>, server: Server, sinceMs: number): void {
  request.earlier ??= new Map();
  if (request.earlier.has(server)) return;
  request.earlier.set(server, sinceMs);
  server.copies += 1;
  server.place.copies ??= new Set();
  server.place.copies.add(request);
}

/** The server has given the request back: it does not have it any more, and has not left it unanswered. */
export function forgetAsked<W>(request: OpenRequest<W>, server: Server): void {
  if (request.earlier?.delete(server) !== true) return;
  server.copies -= 1;
  if (earlierSinceMs(request, server.address) === undefined) server.place.copies?.delete(request);
  if (request.earlier.size === 0) request.earlier = undefined;
}

/** The request is over, so copies at servers do not matter any more. */
export function forgetEarlier<W>(request: OpenRequest<W>): void {
  if (request.earlier === undefined) return;
  for (const server of request.earlier.keys()) {
    server.copies -= 1;
    server.place.copies?.delete(request);
  }
}

/** Two ends may be an accident. A third one is risked with care (suspects.ts). */
export function isSuspect<W>({ ends }: OpenRequest<W>): boolean {
  return ends >= suspectEnds;
}

/**
 * A server that got the request and has not refused it, and so may still answer, even if it does not listen any more.
 */
export function mayYetAnswer<W>({ server, earlier, refused }: OpenRequest<W>): Server | undefined {
  // By address: after a failover a server is listed again.
  const refusers = new Set([...(refused ?? [])].map(({ address }) => address));
  const asked = server === undefined ? [] : [server];
  return [...asked, ...(earlier?.keys() ?? [])].find(({ address }) => !refusers.has(address));
}

/** Whether an attempt was sent to this address. Answers from other addresses do not count. */
export function wasAsked<W>(request: OpenRequest<W>, address: string): boolean {
  if (request.server?.address === address) return true;
  if (request.earlier === undefined) return false;
  for (const server of request.earlier.keys()) if (server.address === address) return true;
  return false;
}

/** Whether the server at this address may be working on it: it got the request and did not refuse it. */
export function mayRunAt<W>(request: OpenRequest<W>, address: string): boolean {
  if (!wasAsked(request, address)) return false;
  for (const server of request.refused ?? []) if (server.address === address) return false;
  return true;
}

/**
 * The servers that have left the request unanswered for the whole answer timeout.
 *
 * @param beatSince whether the server at this address has sent a beat since then. A server that had the request before
 *   may have given it back. If it had the request and worked, its beats would have kept the request there.
 */
export function silentServers<W>(
  request: OpenRequest<W>,
  answerTimeoutMs: number,
  beatSince: (address: string, sinceMs: number) => boolean,
  nowMs: number,
): Server[] {
  const silent: Server[] = [];
  if (request.server !== undefined && request.serverSinceMs + answerTimeoutMs <= nowMs) silent.push(request.server);
  for (const [server, sinceMs] of request.earlier ?? []) {
    if (sinceMs + answerTimeoutMs <= nowMs && !beatSince(server.address, sinceMs)) silent.push(server);
  }
  return silent;
}
