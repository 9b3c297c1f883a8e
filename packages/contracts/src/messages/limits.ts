/** Every bound of the system that several sides must know, each with its reason. */

/** Lanes of an operation, operands of a formula and calls of a plan: 1 to 8, one digit in a topic. */
export const lanesMax = 8;

/**
 * Inputs of a map, and calls of any other step. The server holds the inputs and results of a step in memory; 10,000
 * numbers take little of it. A formula may have as many steps as it needs.
 */
export const mapInputsMax = 10_000;

/**
 * Calls of a formula. A step without calls counts as one call. At 20,000 calls/s they take five seconds. Without a
 * bound, a generator that never ends would occupy its server for ever. A calc-server that takes over a formula repeats
 * all its calls.
 */
export const formulaCallsMax = 100_000;

/** Bytes of the results of all calls of a formula, as they stand in memory: the generator may keep them all. */
export const formulaResultsBytesMax = 67_108_864;

/**
 * Calls of a map in flight at once, unless the map says otherwise. 256 calls keep the op-servers of a few machines busy
 * with short work.
 */
export const mapConcurrencyDefault = 256;

/**
 * Bytes of a frame. A batch of numbers is far smaller, and a frame of this size does not strain the memory of a
 * broker.
 */
export const frameBytesMax = 1_048_576;

/** Messages of a batch. A larger batch saves nothing more by sharing a frame, and its messages wait longer. */
export const batchMessagesMax = 128;

/**
 * Requests that a participant holds or has in flight. At 40,000 requests/s without an answer, this number is reached
 * after 1.6 s.
 */
export const heldRequestsMax = 65_536;

/** Requests that a server has admitted and not answered. It answers further requests with `overloaded` at once. */
export const requestsInFlightMax = 10_000;

/**
 * Bytes of the values of these requests, as they stand in memory, without those that take less than 4 KiB. The server
 * answers further requests with `overloaded`. Without a bound, ten thousand requests with values of a megabyte would
 * fill any process.
 */
export const admittedBytesMax = 268_435_456;

/**
 * A handler that has not settled this long after the deadline of its request is given up, and its place is free. Its
 * signal aborts at the deadline, which leaves a handler a second to close a connection or a transaction. The requester
 * has settled the request by then.
 */
export const handlerGraceMs = 1_000;

/**
 * Requests in flight from one requester to one server. The requester holds further requests. The number is lower than
 * the number that a server admits, so that a server admits the whole burst of a single requester.
 */
export const requestsPerServerMax = 8_192;

/**
 * Bytes of the requests in flight from one requester to one server, by an upper bound of their size. Further large requests
 * wait in the requester. Eight of the largest values keep a link of 100 Mbit/s busy for more than half a second, and half
 * of a peer's queue at a broker stays free.
 */
export const windowBytesMax = 8_388_608;

/**
 * Bytes of those requests among them that were sent within `pacedMs`. Here an expected answer counts as well. More values
 * at a time hardly pass faster on two cores, and small requests wait for all of them.
 */
export const pacedBytesMax = 2_097_152;

/**
 * Milliseconds. A request that was sent before is probably being computed, and does not count towards `pacedBytesMax`.
 * Where even the fastest requests take this long, handlers take most of the time, and nothing is paced.
 */
export const pacedMs = 100;

/** Requests of fewer bytes do not count towards `windowBytesMax`: `requestsPerServerMax` of them stay below it. */
export const largeBytesMin = windowBytesMax / requestsPerServerMax;

/**
 * Servers that may end while they have a request, before the request settles as `server-lost`. With a limit of two, a
 * harmless request would fail if it happened to be on two killed servers. With a limit of four, a request that crashes
 * its server would crash four.
 */
export const serverEndsMax = 3;

/**
 * How long a server that is to stop waits for running work, unless its settings say otherwise. Process managers kill a
 * process 10 s after they have told it to end, and often sooner.
 */
export const drainMs = 5_000;

/**
 * Threads of a server. More threads than cores bring nothing, and few machines that run Cateto have more cores than
 * this.
 */
export const workersMax = 64;

/**
 * Ranges of consecutive sequence numbers that one beat names. A beat with all of them takes 40 kB. The requester
 * resends requests that are not named, and a server that has them ignores the copies.
 */
export const beatRangesMax = 4_096;

/**
 * Servers in a participant's list of listening servers. Without a bound, a hostile subscriber could make it grow
 * without end.
 */
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
 * Bytes of all remembered results, as they stand in memory. The number of results is not enough of a bound: a hundred
 * thousand numbers take little memory, a hundred thousand texts of a megabyte fill any process.
 */
export const rememberedBytesMax = 67_108_864;

/** Bytes of the operands that wait in a calc-server for other operands of their request. */
export const incompleteBytesMax = 67_108_864;

/** Requesters that a server remembers. An address takes 100 bytes, and an unauthenticated peer can invent addresses. */
export const requestersMax = 10_000;

/** Characters of a failure's message. The message is for people, and must not fill a frame. */
export const failureTextMax = 1_000;

/** Characters of the code of a declared failure, as many as a name has. */
export const nameMax = 32;

/** Failures that a contract declares. Callers tell each of them apart, which is not practical with more. */
export const declaredFailuresMax = 16;

/** Bytes of the data of a declared failure. The data explains why there is no value; it does not replace one. */
export const failureDataBytesMax = 16_384;

/** A request's time to live as sent. A longer time is probably in the wrong unit. */
export const ttlMsMax = 86_400_000;

/** Requests that one message cancels. A requester with more to cancel sends several messages. */
export const cancelledSeqsMax = 1_024;

/**
 * Requests that a batch names as open below its `settledBelow`. If a slow request were not named, a server could not
 * forget any later one. Sixty-four of them add at most 600 bytes to a batch.
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

/**
 * Bytes of one value. Decoding four million small numbers takes 120 ms of processor time, a text of this size 16 ms,
 * bytes 5 ms. Meanwhile the receiver's event loop does nothing else.
 */
export const valueBytesMax = 4_194_304;

/** Bytes of a body: one of the largest values, and 8 KiB for the message and batch around it. */
export const bodyBytesMax = valueBytesMax + 8_192;

/**
 * Bytes of a chunk. A larger body leaves in chunks, and small messages pass between them. A chunk takes 130 ms on a link
 * of 2 Mbit/s. Half the size would double the cost of a large value at the broker.
 */
export const chunkBytes = 32_768;

/** Chunks of a body. */
export const chunksMax = Math.ceil(bodyBytesMax / chunkBytes);

/**
 * Bytes of chunks that were sent to one peer and that it has not confirmed. Small messages on the same way wait behind
 * them. So much is in flight on a link of 25 Mbit/s with a round trip of 80 ms, or of 4 Mbit/s with one of 500 ms.
 */
export const unconfirmedBytesMax = 262_144;

/**
 * Bytes of large messages on their way from a sender, by an upper bound of their size. A requester's windows are
 * smaller. Answers have no window: beyond this, the messages for receivers that confirm nothing are dropped, then new
 * ones, and their requesters ask again.
 */
export const waitingBytesMax = 134_217_728;

/** Bytes of all incomplete bodies in a receiver. Beyond this, the one that has waited longest for a chunk is dropped. */
export const incompleteBodiesBytesMax = 67_108_864;

/** Bytes of one binary value: `valueBytesMax` less the head of a binary, as a multiple of eight. */
export const bytesMax = valueBytesMax - 8;

/** Doubles of one vector. */
export const doublesMax = bytesMax / 8;

/**
 * Events that a process keeps for observers that ask later. A failover brings some ten events, so in a healthy system a
 * thousand events reach weeks back.
 */
export const eventsKeptMax = 1_000;

/** Bytes of all these events as MessagePack. A usual event has a hundred bytes. */
export const eventsKeptBytesMax = 1_048_576;

/** Events of one answer. The observer's next request asks for the rest. */
export const eventsOfReplyMax = 256;

/** Bytes of the events of one answer, so that an answer costs a process less than a millisecond. */
export const eventsOfReplyBytesMax = 65_536;

/**
 * Answers with events that a process gives in a second. An observer asks twice a second, and once more for each further
 * answer while it reads the history.
 */
export const eventsAnswersMax = 100;

/** Characters of a text in an event. The log has the whole text. */
export const eventTextMax = 500;

/** Texts of a list in an event: eight operations on every lane. */
export const eventListMax = 64;

/**
 * The largest time of a clock, in milliseconds since 1970: the end of the year 9999. The difference of two such times is
 * a date of JavaScript, too.
 */
export const clockMsMax = 253_402_300_799_999;

/** Fields of an event. */
export const eventFieldsMax = 16;
