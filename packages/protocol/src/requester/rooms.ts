/*
 * Rooms: how many requests a requester may have in flight at each server.
 *
 * Rules (docs/wire.md, "Room"):
 * - A server announces a window for each of its contracts: how many requests keep it busy. A requester has no more of
 *   them in flight there. A server without a window may have 8,192.
 * - A server also has to earn its requests: it may have 1 until it is heard, that is until it has answered anything or
 *   sent a beat; 2 before its window is known, then 16 or the window if that is less, one more for each answer, and half
 *   as many after an `internal` or the end of its lease. So neither an invented server nor one that fails fast attracts
 *   all requests (like the slow start of TCP and Finagle's failure accrual).
 * - Large requests in flight at a server have at most 8 MiB together, whatever their contracts. Of these, those of the
 *   last 100 ms have at most 2 MiB (large-pace.ts). Further ones wait in lines of their own (origin-line.ts), so that
 *   small requests pass them.
 * - A window may be exceeded by one request, of an origin that has no other request for the contract there. So the burst
 *   of one client cannot keep the request of another from the server, where origins take turns.
 * - A server that has given a request back accepts no more of its contract until it has answered one or announces a
 *   window; if no request of the contract waits there any more, until it has answered any request.
 *
 * Rooms are kept by address: after a failover the same server is listed again, and still has its requests.
 */
import { limits } from '@cateto/contracts';
import type { FirstSigns } from './first-signs.ts';
import { noSigns } from './first-signs.ts';
import type { LargeTimes } from './large-times.ts';
import { areLong } from './large-times.ts';
import type { Linked, IntrusiveList } from '../structures/intrusive-list.ts';
import { createIntrusiveList } from '../structures/intrusive-list.ts';
import type { RequestCall } from './types.ts';

/** A request that a server has (in-flight.ts). */
export interface InFlight extends Linked<InFlight> {
  readonly call: Pick<RequestCall<unknown>, 'seq' | 'target' | 'origin'> & Size;
}

/** How large a request is, and its expected answer; undefined or 0 for small ones. */
export type Size = Pick<RequestCall<unknown>, 'bytes' | 'answerBytes'>;

/** A contract for which a server fails one request after the other (failing-servers.ts). */
export interface FailingContract {
  /** The topic on which its next answer is expected. */
  answerRoute: string;
  probeDueMs: number;
}

/** The requests that a server has from this requester, and how many it may have. */
export interface Place {
  readonly address: string;
  /** Requests of this requester that wait for the server. */
  inFlight: number;
  /** The bytes of its large requests, and their bound. */
  bytes: number;
  readonly bytesMax: number;
  /** The bytes of those that were sent within the last 100 ms, with expected answers, and their bound (large-pace.ts). */
  pacedBytes: number;
  readonly pacedBytesMax: number;
  readonly requests: IntrusiveList<InFlight>;
  /**
   * Open requests of which the server has a copy, although another one is to answer them; undefined before the first.
   */
  copies: Set<InFlight> | undefined;
  /** When the requests parked here are checked (lease-timers.ts); infinity if no check is scheduled. */
  leaseDueMs: number;
  /** Whether it listens on any route. */
  isListed: boolean;
  /** It has answered anything, or sent a beat. */
  isHeard: boolean;
  /** The server has said that it drains: requests that it has named stay with it when it listens no more. */
  isLeaving: boolean;
  /** By contract. */
  readonly rooms: Map<string, Room>;
  /** The rooms that are paused. */
  readonly paused: Set<Room>;
  /** How often in a row it gave back all its requests, and answered none. */
  returns: number;
  readonly signs: FirstSigns;
  /** Contracts for which it fails one request after the other (failing-servers.ts); undefined if there are none. */
  failing: Map<string, FailingContract> | undefined;
}

export interface Room {
  readonly contract: string;
  readonly place: Place;
  /** Requests for the contract, of this requester, that wait for the server. */
  inFlight: number;
  /** The announced window, from 1 on; before an announcement, the most that may be in flight anywhere. */
  window: number;
  isAnnounced: boolean;
  earned: number;
  /** How often in a row it has failed. */
  failures: number;
  /** It has given a request back, and has neither answered one nor announced a window since. */
  isPaused: boolean;
  /** The origins of what it has given back since then; undefined while it is not paused. */
  returned: Set<string | undefined> | undefined;
  /** When its last answer arrived. */
  answeredMs: number;
  /** How long its large requests took at least (large-times.ts); undefined before the first answer to one. */
  largeTimes: LargeTimes | undefined;
}

export interface Rooms {
  at(address: string): Place;
  /** The room of a contract at a place. */
  of(place: Place, contract: string): Room;
  /** Undefined while nothing is known of a server at this address. */
  find(address: string): Place | undefined;
  /** The server announces a window. @returns whether there may be more room than before */
  announced(address: string, contract: string, window: number): boolean;
  /** This process stood still for this long, and took no answers. */
  stoodStill(ms: number, nowMs: number): void;
}

const earnedHeard = 2;
const earnedAnnounced = 16;
/** Below this window, runs take a tenth of a millisecond or longer. */
const scarceBelow = 256;
/** Above this number of addresses, the rooms of servers without requests are forgotten. */
const sweptFrom = 1_024;
/** The bound for one address: no catalogue has more contracts, and a hostile server may name any number. */
const roomsMax = 1_024;

/** The number of times in a row that a server may give back everything it has. */
const returnsMax = 3;

/** The server has given back everything, time after time. It has not left anything unanswered. */
export function returnsAll({ returns }: Place): boolean {
  return returns >= returnsMax;
}

/** @param isRetry it was sent before, and does not wait for the pace of large requests */
export function hasRoom(room: Room, size: Size, isRetry: boolean): boolean {
  const { inFlight, window, earned, isPaused } = room;
  return inFlight < window && inFlight < earned && !isPaused && takesBytes(room, size, isRetry);
}

/** By how much a request counts while it is on its way; 0 if it and its expected answer are small. */
export function countedBytes({ bytes = 0, answerBytes = 0 }: Size): number {
  return Math.max(bytes, answerBytes);
}

/** A request that is larger than a bound is sent alone. */
function takesBytes({ place, largeTimes }: Room, size: Size, isRetry = false): boolean {
  const counted = countedBytes(size);
  if (counted === 0) return true;
  const isPaced = !isRetry && place.pacedBytes > 0 && !areLong(largeTimes);
  if (isPaced && place.pacedBytes + counted > place.pacedBytesMax) return false;
  const { bytes = 0 } = size;
  return bytes === 0 || place.bytes === 0 || place.bytes + bytes <= place.bytesMax;
}

/** Requests may wait there for their turn, because a run takes long or nothing is known about it. */
export function isScarce(room: Room | undefined): boolean {
  return room !== undefined && (!room.isAnnounced || room.window < scarceBelow);
}

/**
 * One request more than the window, for an origin of which no other request for the contract is there: the server takes
 * the turns of origins, and without this request it would not know of the origin. It may have given back requests of
 * other origins.
 */
export function hasRoomFor(origin: string, room: Room, size: Size): boolean {
  const { contract, inFlight, window, earned, returned, place } = room;
  if (!takesBytes(room, size)) return false;
  if (returned?.has(origin) === true || inFlight > window || inFlight >= earned || window >= scarceBelow) return false;
  for (let next = place.requests.oldest(); next !== undefined; next = next.newer) {
    if (next.call.target.contract === contract && next.call.origin === origin) return false;
  }
  return true;
}

export function earn(room: Room, max: number): void {
  if (room.earned < max) room.earned += 1;
}

export function loseHalf(room: Room): void {
  room.earned = Math.max(1, room.earned >> 1);
}

/** The server accepts no more of the contract for now. */
export function pause(room: Room, origin: string | undefined): void {
  room.isPaused = true;
  room.returned ??= new Set();
  room.returned.add(origin);
  room.place.paused.add(room);
}

/** @returns whether it was paused */
function resume(room: Room): boolean {
  room.isPaused = false;
  room.returned = undefined;
  return room.place.paused.delete(room);
}

/**
 * The server accepts again what it gave back.
 *
 * @param answered the contract of its answer; undefined when no request waits for it any more
 * @param freed called with each contract for which there may be more room now
 */
export function resumePaused({ paused }: Place, answered: string | undefined, freed: (contract: string) => void): void {
  for (const room of paused) {
    if (room.contract !== answered && room.inFlight > 0) continue;
    resume(room);
    freed(room.contract);
  }
}

/**
 * @param windowMax the most requests in flight at one server, whatever it announces
 * @param earnedFirst the most at a server that has answered nothing; if given, every server counts as heard
 * @param bytesMax the most bytes of large requests in flight at one server
 * @param pacedBytesMax the most bytes of those that were sent within the last 100 ms
 */
export function createRooms(
  windowMax: number,
  earnedFirst?: number,
  bytesMax: number = limits.windowBytesMax,
  pacedBytesMax: number = limits.pacedBytesMax,
): Rooms {
  const places = new Map<string, Place>();
  let sweptNext = sweptFrom;

  function sweep(): void {
    for (const [address, { inFlight, copies, isListed }] of places) {
      if (inFlight === 0 && !isListed && (copies === undefined || copies.size === 0)) places.delete(address);
    }
    sweptNext = Math.max(sweptFrom, 2 * places.size);
  }

  function at(address: string): Place {
    let place = places.get(address);
    if (place === undefined) {
      if (places.size >= sweptNext) sweep();
      place = {
        address,
        inFlight: 0,
        bytes: 0,
        bytesMax,
        pacedBytes: 0,
        pacedBytesMax,
        requests: createIntrusiveList(),
        copies: undefined,
        leaseDueMs: Number.POSITIVE_INFINITY,
        isListed: false,
        isHeard: earnedFirst !== undefined,
        isLeaving: false,
        rooms: new Map(),
        paused: new Set(),
        returns: 0,
        signs: noSigns(),
        failing: undefined,
      };
      places.set(address, place);
    }
    return place;
  }

  function of(place: Place, contract: string): Room {
    let room = place.rooms.get(contract);
    if (room === undefined) {
      room = {
        contract,
        place,
        inFlight: 0,
        window: windowMax,
        isAnnounced: false,
        earned: Math.min(place.isHeard ? (earnedFirst ?? earnedHeard) : 1, windowMax),
        failures: 0,
        isPaused: false,
        returned: undefined,
        answeredMs: Number.NEGATIVE_INFINITY,
        largeTimes: undefined,
      };
      place.rooms.set(contract, room);
    }
    return room;
  }

  return {
    at,
    of,
    find: (address) => places.get(address),
    announced(address, contract, window) {
      const place = at(address);
      if (place.rooms.size >= roomsMax && !place.rooms.has(contract)) return false;
      const room = of(place, contract);
      const before = Math.min(room.window, room.earned);
      room.window = Math.min(Math.max(1, window), windowMax);
      if (!room.isAnnounced) room.earned = Math.max(room.earned, Math.min(room.window, earnedAnnounced));
      room.isAnnounced = true;
      return resume(room) || Math.min(room.window, room.earned) > before;
    },
    stoodStill(ms, nowMs) {
      for (const place of places.values()) {
        for (const room of place.rooms.values()) room.answeredMs = Math.min(room.answeredMs + ms, nowMs);
      }
    },
  };
}
