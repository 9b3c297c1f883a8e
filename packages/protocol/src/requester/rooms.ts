/*
 * How many requests a requester may have in flight at each server.
 *
 * Rules kept (docs/wire.md, "Room"):
 *
 * - A server announces a window for each of its contracts: as many requests as keep it busy. A requester has no more of them in flight
 *   there; a server that announces none may have 8,192.
 * - Nor has it more than the server has earned: 2 before a window was heard, then 16 or the window if that is less, one more for each
 *   answer, and half as many after an `internal` or after its lease has ended. So neither an invented server nor one that fails fast
 *   attracts everything (the slow start of TCP, and the failure accrual of Finagle).
 * - A server that has given a request back takes no more of its contract until it has answered one, or announces a window; if nothing of
 *   the contract waits there any more, until it has answered anything.
 *
 * Rooms are kept by address: after a failover the same server is listed anew, and still has what it was sent.
 */
import type { Linked, IntrusiveList } from '../structures/intrusive-list.ts';
import { createIntrusiveList } from '../structures/intrusive-list.ts';

/** A request that a server has (in-flight.ts). */
export interface InFlight extends Linked<InFlight> {
  readonly call: { readonly seq: number };
}

/** A contract for which a server fails one request after the other (failing.ts). */
export interface FailingContract {
  /** Where its next answer is expected. */
  answerRoute: string;
  probeDueMs: number;
}

/** What a server has from here, and may have. */
export interface Place {
  readonly address: string;
  /** Requests that wait for the server, from here. */
  inFlight: number;
  readonly requests: IntrusiveList<InFlight>;
  /** Open requests of which it has a copy though another server is to answer them; undefined before the first. */
  copies: Set<InFlight> | undefined;
  /** When what is parked here is looked at (lease-timers.ts); infinity when that is not arranged. */
  leaseDueMs: number;
  /** It listens on something. */
  isListed: boolean;
  /** By contract. */
  readonly rooms: Map<string, Room>;
  /** Those of them that are paused. */
  readonly paused: Set<Room>;
  /** Times in a row that it gave back all that it had, and answered nothing. */
  returns: number;
  /** Contracts for which it fails one request after the other (failing.ts); undefined unless there are some. */
  failing: Map<string, FailingContract> | undefined;
}

export interface Room {
  readonly contract: string;
  readonly place: Place;
  /** Requests for the contract that wait for the server, from here. */
  inFlight: number;
  /** As announced, from 1 on; the most that may be in flight anywhere before that. */
  window: number;
  isAnnounced: boolean;
  earned: number;
  /** Times in a row that it has failed. */
  failures: number;
  /** It has given a request back, and has neither answered one nor announced a window since. */
  isPaused: boolean;
  /** When an answer came last. */
  answeredMs: number;
}

export interface Rooms {
  at(address: string): Place;
  /** The room that a contract has at a place. */
  of(place: Place, contract: string): Room;
  /** Undefined while nothing is known of a server at this address. */
  find(address: string): Place | undefined;
  /** The server announces a window. @returns whether there may be more room than before */
  announced(address: string, contract: string, window: number): boolean;
}

const earnedHeard = 16;
/** Beyond so many addresses the rooms of servers that have nothing are forgotten. */
const sweptFrom = 1_024;
/** Of one address: no catalogue has more contracts, and a hostile server may name as many as it likes. */
const roomsMax = 1_024;

export function hasRoom({ inFlight, window, earned, isPaused }: Room): boolean {
  return inFlight < window && inFlight < earned && !isPaused;
}

export function earn(room: Room, max: number): void {
  if (room.earned < max) room.earned += 1;
}

export function loseHalf(room: Room): void {
  room.earned = Math.max(1, room.earned >> 1);
}

/** It takes no more of the contract for now. */
export function pause(room: Room): void {
  room.isPaused = true;
  room.place.paused.add(room);
}

/** @returns whether it was paused */
function resume(room: Room): boolean {
  room.isPaused = false;
  return room.place.paused.delete(room);
}

/**
 * It takes again what it gave back.
 *
 * @param answered the contract of what it has answered; undefined when nothing waits for it any more
 * @param freed told of each contract for which there may be more room now
 */
export function resumePaused({ paused }: Place, answered: string | undefined, freed: (contract: string) => void): void {
  for (const room of paused) {
    if (room.contract !== answered && room.inFlight > 0) continue;
    resume(room);
    freed(room.contract);
  }
}

/** @param windowMax in flight at one server at once, whatever it announces */
export function createRooms(windowMax: number, earnedFirst = 2): Rooms {
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
        requests: createIntrusiveList(),
        copies: undefined,
        leaseDueMs: Number.POSITIVE_INFINITY,
        isListed: false,
        rooms: new Map(),
        paused: new Set(),
        returns: 0,
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
        earned: Math.min(earnedFirst, windowMax),
        failures: 0,
        isPaused: false,
        answeredMs: Number.NEGATIVE_INFINITY,
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
      if (!room.isAnnounced) room.earned = Math.max(room.earned, Math.min(room.window, earnedHeard));
      room.isAnnounced = true;
      return resume(room) || Math.min(room.window, room.earned) > before;
    },
  };
}
