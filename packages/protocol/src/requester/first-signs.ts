/*
 * The first sign of a request: its answer, or a beat that names it. On a near link it takes a tenth of a second at most,
 * because a server that has had a request for 50 ms sends a beat. On a far or slow link a request must not be resent
 * before the first copy can have been answered: the copy could run on another server, and would make a slow link slower.
 * As in TCP (RFC 6298), the wait is the mean time until a first sign and four times its mean deviation. Requests arrive in
 * the order in which they were sent. So while first signs of earlier requests arrive, those behind them are on their way,
 * and the wait begins anew with each sign.
 */

/** How long first signs of a server take, and the last ones. */
export interface FirstSigns {
  /** Mean time until a first sign, in milliseconds, and its mean deviation, which is 0 before the first one. */
  meanMs: number;
  deviationMs: number;
  /** When the last first sign arrived. */
  lastMs: number;
  /** When the newest request that has had a first sign was sent. */
  sentMs: number;
}

/** A request at the server. */
interface Asked {
  /** How often it was sent, and how often only because of silence. */
  readonly attempts: number;
  readonly silences: number;
  /** The server has named it in a beat. */
  readonly listed: boolean;
  /** When it was sent to the server for the first time. */
  readonly serverSinceMs: number;
}

/* The weights of a new sample in the mean and in the deviation, and how many deviations are waited for (RFC 6298). */
const meanWeight = 1 / 8;
const deviationWeight = 1 / 4;
const deviations = 4;
/**
 * Neither the wait nor a time that counts is longer. Handlers that block, and requests that were lost, take long as well,
 * and say nothing about the link.
 */
const resendMaxMs = 2_000;
/** The wait doubles up to this time. Only slow first signs make it longer. */
export const resendLastMs = 1_000;
const never = Number.NEGATIVE_INFINITY;

export function noSigns(): FirstSigns {
  return { meanMs: 0, deviationMs: 0, lastMs: never, sentMs: never };
}

/** A sign of the request arrived from its server. */
export function signed({ attempts, silences, listed, serverSinceMs }: Asked, signs: FirstSigns, nowMs: number): void {
  if (listed) return;
  signs.lastMs = nowMs;
  if (serverSinceMs > signs.sentMs) signs.sentMs = serverSinceMs;
  // After a failover or a refusal, it is not known which attempt this sign answers.
  if (attempts > silences + 1) return;
  const tookMs = Math.min(nowMs - serverSinceMs, resendMaxMs);
  if (signs.deviationMs === 0) {
    signs.meanMs = tookMs;
    signs.deviationMs = tookMs / 2;
    return;
  }
  signs.deviationMs += deviationWeight * (Math.abs(tookMs - signs.meanMs) - signs.deviationMs);
  signs.meanMs += meanWeight * (tookMs - signs.meanMs);
}

/** The shortest time after which a request is resent to the server, or moves from it. */
export function resendLeastMs({ meanMs, deviationMs }: FirstSigns): number {
  return Math.min(resendMaxMs, meanMs + deviations * deviationMs);
}

/** When the last first sign arrived; -Infinity if a request that was sent later has had one. */
export function earlierSignMs({ serverSinceMs }: Asked, { lastMs, sentMs }: FirstSigns): number {
  return sentMs <= serverSinceMs ? lastMs : never;
}
