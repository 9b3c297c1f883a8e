/** Every bound of the system that more than one side must know, each with its reason. */

/** Lanes of an operation, operands of a formula and calls of a plan: 1 to 8, one digit in a topic. */
export const lanesMax = 8;

/** A frame. Far above any sensible batch of numbers, far below what would let one peer exhaust a broker. */
export const frameBytesMax = 1_048_576;

/** Messages of a batch: beyond this the gain of sharing a frame is gone and latency grows. */
export const batchMessagesMax = 128;

/** Requests that a participant holds or awaits. At 40,000/s it is what 1.6 s without an answer pile up. */
export const heldRequestsMax = 65_536;

/** Requests that a server has admitted and not answered; the next one gets `overloaded` at once. */
export const requestsInFlightMax = 10_000;

/**
 * A handler that has not settled so long after its request's deadline is given up: its place is free. At the deadline its signal
 * aborts, and closing a connection or a transaction takes less than a second. A requester has settled by then in any case.
 */
export const handlerGraceMs = 1_000;

/**
 * Requests in flight from one requester to one server; more are held back. Below what a server admits, so that no burst of
 * a single requester is refused while its deadline leaves time.
 */
export const requestsPerServerMax = 8_192;

/**
 * Servers that may end while they have a request; then it settles as `server-lost`. With two, the request that happened to be
 * on both of two servers that were killed would fail; with four, one that ends its server would take four.
 */
export const serverEndsMax = 3;

/** Threads of a server. More help no machine that this would run on. */
export const workersMax = 64;

/**
 * Runs of consecutive seqs that a server names in one beat. What is not named is sent again, which a server that has it
 * ignores; so many fit a beat of 40 kB.
 */
export const beatRangesMax = 4_096;

/** Addresses of a listener table: a hostile subscriber must not grow it without end. */
export const listenersMax = 10_000;

/** How long a server remembers a result for a repetition of its request, unless the requester settles it before. */
export const rememberedMs = 60_000;

/** Results that a server remembers in all. */
export const rememberedMax = 100_000;

/**
 * Bytes of those results together, as they stand in memory: a hundred thousand numbers are little, a hundred thousand
 * texts of a megabyte no process has room for.
 */
export const rememberedBytesMax = 67_108_864;

/** Bytes of the operands that wait in a calc-server for others of their request. */
export const incompleteBytesMax = 67_108_864;

/** Requesters that a server remembers something about. One address is 100 bytes; a stranger can invent them. */
export const requestersMax = 10_000;

/** Characters of a failure's message: it is for people and must not fill a frame. */
export const failureTextMax = 1_000;

/** A request's time to live as sent. 24 hours: beyond that it is a mistake of units. */
export const ttlMsMax = 86_400_000;

/** Requests that one message cancels; a requester with more to cancel sends several. */
export const cancelledSeqsMax = 1_024;

/** Characters of a trace. */
export const traceMax = 128;

/** Containers inside one another in a body. The batch takes three; deeper values would exhaust the stack of a schema. */
export const nestingMax = 32;

/**
 * Lists, objects and texts in a body. An empty object is a byte on the wire and 64 in memory: a frame of a million of
 * them, of which a stranger can send a hundred a second, took a server 0.8 s each. Numbers are not counted.
 */
export const partsMax = 131_072;

/** Lists, objects and texts of one value at most, so that what stands around it has room. */
export const valuePartsMax = partsMax - 1_024;

/** Bytes of one value at most: a frame without 8 KiB for what stands around it, so that every message fits one. */
export const valueBytesMax = frameBytesMax - 8_192;
