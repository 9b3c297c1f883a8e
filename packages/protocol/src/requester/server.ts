/*
 * A server as a requester knows it, and which of two servers gets a request rather than the other (docs/wire.md, "Choosing
 * a server").
 */
import type { Failure } from '@cateto/contracts';
import { isFailing } from './failing-servers.ts';
import type { Place, Room } from './rooms.ts';
import type { Target } from './types.ts';

export interface Server {
  /** Grows with each server that is listed, also with one that is listed again. */
  readonly id: number;
  readonly address: string;
  /** The routes on which it listens now. */
  readonly routes: Set<string>;
  /** Its share of this requester's requests. The server keeps it when it is listed again. */
  readonly place: Place;
  /** Open requests of which it has a copy, although another server is to answer them. */
  copies: number;
  /** A suspect is tried on it (suspects.ts), so it gets nothing else from here. */
  reserved: boolean;
  /** It is passed over, and due for a probe from this time on. */
  probeDueMs: number | undefined;
  /**
   * Contracts that it does not know, or has in another version, with its refusal. This does not change while it lives.
   */
  readonly unfit: Map<string, Failure>;
  /** The room of the last look-up: most servers get requests for the same contract nearly all the time. */
  room: Room | undefined;
}

const passedOver = 2;
const reserved = 3;

/** Whether the server may get the request at all. */
export function isCandidate(
  server: Server,
  { contract, unheard }: Target,
  refused: ReadonlySet<Server> | undefined,
): boolean {
  if (refused?.has(server) === true) return false;
  return server.unfit.size === 0 || unheard !== 'fail' || !server.unfit.has(contract);
}

/** A server with a lower rank comes first. */
export function rankOf(server: Server, contract: string): number {
  if (server.probeDueMs !== undefined) return server.reserved ? passedOver + reserved : passedOver;
  if (server.reserved) return reserved;
  if (isFailing(server.place, contract)) return 1;
  return server.unfit.size > 0 && server.unfit.has(contract) ? 1 : 0;
}

export function isFit(rank: number): boolean {
  return rank < passedOver || rank === reserved;
}

/** Of two servers of the same rank, the first is chosen. */
export function isBetter({ place, routes }: Server, best: Server, preferred: string | undefined): boolean {
  if (place.inFlight !== best.place.inFlight) return place.inFlight < best.place.inFlight;
  return preferred !== undefined && routes.has(preferred) && !best.routes.has(preferred);
}
