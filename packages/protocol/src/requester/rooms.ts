/*
 * How many requests a requester may have in flight at each server.
 *
 * Rules kept (docs/protocol.md, section 3, "Windows"):
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

export interface Room {
  readonly contract: string;
  /** Requests for the contract that wait for the server, from here. */
  inFlight: number;
  /** As announced, from 1 on; the most that may be in flight anywhere before that. */
  window: number;
  isAnnounced: boolean;
  earned: number;
  /** It has given a request back, and has neither answered one nor announced a window since. */
  isPaused: boolean;
  /** When an answer came last. */
  answeredMs: number;
  /** Of its server. */
  readonly pauses: Pauses;
}

/** How many rooms of a server are paused. */
interface Pauses {
  count: number;
}

export interface Rooms {
  /** The room that a contract has at the server of this address. */
  of(address: string, contract: string): Room;
  /** Whether anything is known of a server at this address. */
  has(address: string): boolean;
  /** The server announces a window. @returns whether there may be more room than before */
  announced(address: string, contract: string, window: number): boolean;
  /** It has given back a request for the contract. */
  gaveBack(address: string, contract: string): void;
  /**
   * It has answered a request for the contract, or nothing of this requester waits for it any more.
   *
   * @returns the contracts that may have room now
   */
  unpause(address: string, answered: string | undefined): readonly string[];
}

const earnedHeard = 16;
/** Beyond so many addresses the rooms of servers that have nothing are forgotten. */
const sweptFrom = 1_024;
/** Of one address: no catalogue has more contracts, and a hostile server may name as many as it likes. */
const roomsMax = 1_024;

const nothing: readonly string[] = [];

export function hasRoom({ inFlight, window, earned, isPaused }: Room): boolean {
  return inFlight < window && inFlight < earned && !isPaused;
}

export function earn(room: Room, max: number): void {
  if (room.earned < max) room.earned += 1;
}

export function loseHalf(room: Room): void {
  room.earned = Math.max(1, room.earned >> 1);
}

/** @param windowMax in flight at one server at once, whatever it announces */
export function createRooms(windowMax: number, earnedFirst = 2): Rooms {
  const byAddress = new Map<string, Map<string, Room>>();

  function pause(room: Room, isPaused: boolean): void {
    if (room.isPaused === isPaused) return;
    room.isPaused = isPaused;
    room.pauses.count += isPaused ? 1 : -1;
  }

  function sweep(): void {
    for (const [address, rooms] of byAddress) {
      if ([...rooms.values()].every(({ inFlight }) => inFlight === 0)) byAddress.delete(address);
    }
  }

  function of(address: string, contract: string): Room {
    let rooms = byAddress.get(address);
    if (rooms === undefined) {
      if (byAddress.size >= sweptFrom) sweep();
      rooms = new Map();
      byAddress.set(address, rooms);
    }
    let room = rooms.get(contract);
    if (room === undefined) {
      room = {
        contract,
        inFlight: 0,
        window: windowMax,
        isAnnounced: false,
        earned: Math.min(earnedFirst, windowMax),
        isPaused: false,
        answeredMs: Number.NEGATIVE_INFINITY,
        pauses: firstIn(rooms)?.pauses ?? { count: 0 },
      };
      rooms.set(contract, room);
    }
    return room;
  }

  return {
    of,
    has: (address) => byAddress.has(address),
    announced(address, contract, window) {
      const known = byAddress.get(address);
      if (known !== undefined && known.size >= roomsMax && !known.has(contract)) return false;
      const room = of(address, contract);
      const before = Math.min(room.window, room.earned);
      room.window = Math.min(Math.max(1, window), windowMax);
      if (!room.isAnnounced) room.earned = Math.max(room.earned, Math.min(room.window, earnedHeard));
      const wasPaused = room.isPaused;
      room.isAnnounced = true;
      pause(room, false);
      return wasPaused || Math.min(room.window, room.earned) > before;
    },
    gaveBack(address, contract) {
      pause(of(address, contract), true);
    },
    unpause(address, answered) {
      const rooms = byAddress.get(address);
      if (rooms === undefined || (firstIn(rooms)?.pauses.count ?? 0) === 0) return nothing;
      const over = [...rooms.values()].filter(
        ({ isPaused, contract, inFlight }) => isPaused && (contract === answered || inFlight === 0),
      );
      for (const room of over) pause(room, false);
      return over.map(({ contract }) => contract);
    },
  };
}

function firstIn(rooms: ReadonlyMap<string, Room>): Room | undefined {
  for (const room of rooms.values()) return room;
  return undefined;
}
