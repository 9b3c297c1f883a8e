/** Every bound of the system that several sides must know, each with its reason. */

/** Lanes of an operation, operands of a formula and calls of a plan: 1 to 8, one digit in a topic. */
export const lanesMax = 8;

/**
 * Inputs of a map, and calls of any other step. The server holds the inputs and the results of a step in memory; so
 * many numbers are little, and a formula may have as many steps as it needs.
 */
export const mapInputsMax = 10_000;

/**
 * Calls of a formula; a step without calls counts as one. At 20,000 calls/s they take five seconds. A generator that never
 * ends would occupy its server for good, and a lost server repeats all of them.
 */
export const formulaCallsMax = 100_000;

/** Bytes of the results of all calls of a formula, as they stand in memory: the generator may keep them all. */
export const formulaResultsBytesMax = 67_108_864;

/** Calls of a map in flight at once, unless given. So many keep the op-servers of a few machines busy with short work. */
export const mapConcurrencyDefault = 256;

/**
 * Bytes of a frame. Far above any sensible batch of numbers, and far below a size with which one peer could exhaust a
 * broker.
 */
export const frameBytesMax = 1_048_576;

/** Messages of a batch. Larger batches gain nothing more from sharing a frame, and latency grows. */
export const batchMessagesMax = 128;

/** Requests that a participant holds or has in flight. At 40,000/s, so many pile up in 1.6 s without an answer. */
export const heldRequestsMax = 65_536;

/** Requests that a server has admitted and not answered. It answers further requests with `overloaded` at once. */
export const requestsInFlightMax = 10_000;

/**
 * The time after its request's deadline at which a handler that has not settled is given up, so that its place is free.
 * The signal aborts at the deadline, and closing a connection or a transaction takes less than a second. The requester
 * has settled the request by then.
 */
export const handlerGraceMs = 1_000;

/**
 * Requests in flight from one requester to one server; the requester holds further ones. Fewer than a server admits, so
 * that no burst of a single requester is refused while its deadline leaves time.
 */
export const requestsPerServerMax = 8_192;

/**
 * Servers that may end while they have a request, before the request settles as `server-lost`. With a limit of two, a
 * request would fail that happened to be on both of two killed servers. With a limit of four, a request that ends its
 * server would take four servers.
 */
export const serverEndsMax = 3;

/**
 * How long work that has begun may take when its server is to end, unless the server is told otherwise. Process managers
 * kill a process 10 s after they have told it to end, and often sooner.
 */
export const drainMs = 5_000;

/** Threads of a server. More threads help on no machine that would run this. */
export const workersMax = 64;

/**
 * Runs of consecutive seqs that a server names in one beat. The requester resends requests that are not named, and a
 * server that has them ignores the copies. So many runs fit a beat of 40 kB.
 */
export const beatRangesMax = 4_096;

/** Addresses of a listener table, so that a hostile subscriber cannot grow it without end. */
export const listenersMax = 10_000;

/**
 * Routes in a server's status: 1,024 operations on every lane. Without a bound, one peer could fill the memory of a client that
 * requests the status of every server.
 */
export const routesServedMax = 8_192;

/**
 * How long a server remembers a result, for copies of its request. It forgets the result earlier when the requester
 * settles the request.
 */
export const rememberedMs = 60_000;

/** Results that a server remembers. */
export const rememberedMax = 100_000;

/**
 * Bytes of all remembered results, as they stand in memory. A hundred thousand numbers are little; a hundred thousand
 * texts of a megabyte fit no process.
 */
export const rememberedBytesMax = 67_108_864;

/** Bytes of the operands that wait in a calc-server for other operands of their request. */
export const incompleteBytesMax = 67_108_864;

/** Requesters that a server remembers. An address takes 100 bytes, and an unauthenticated peer can invent addresses. */
export const requestersMax = 10_000;

/** Characters of a failure's message. It is for people, and must not fill a frame. */
export const failureTextMax = 1_000;

/** Characters of the code of a declared failure, as many as a name has. */
export const nameMax = 32;

/** Failures that a contract declares. Callers tell each of them apart, and no caller does so with more. */
export const declaredFailuresMax = 16;

/** Bytes of the data of a declared failure. It says why there is no value; it is not a value of its own. */
export const failureDataBytesMax = 16_384;

/** A request's time to live as sent. More than 24 hours is a mistake of units. */
export const ttlMsMax = 86_400_000;

/** Requests that one message cancels. A requester with more to cancel sends several messages. */
export const cancelledSeqsMax = 1_024;

/**
 * Requests that a batch names as open below its `settledBelow`. So few slow requests let a server forget what was settled
 * meanwhile, and a batch that names them all is 600 bytes longer at most.
 */
export const stragglersMax = 64;

/** Characters of a trace. */
export const traceMax = 128;

/**
 * Nesting of lists and objects in a body. The batch takes three levels. Deeper values would exhaust the stack of a
 * schema's check.
 */
export const nestingMax = 32;

/**
 * Lists, objects and texts in a body. An empty object takes a byte on the wire and 64 in memory. A frame of a million
 * of them took a server 0.8 s, and an unauthenticated peer can send a hundred such frames a second. Numbers are not
 * counted.
 */
export const partsMax = 131_072;

/** Lists, objects and texts of one value, so that the message and batch around it have room. */
export const valuePartsMax = partsMax - 1_024;

/** Bytes of one value: a frame less 8 KiB for the message and batch around it, so that every message fits a frame. */
export const valueBytesMax = frameBytesMax - 8_192;
