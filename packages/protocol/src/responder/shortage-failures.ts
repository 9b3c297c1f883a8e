import type { Failure } from '@cateto/contracts';
import { failure } from '@cateto/contracts';

/** The bounds of a responder's admission. */
export interface Bounds {
  readonly inFlightMax: number;
  readonly inFlightBytesMax: number;
  readonly requestersMax: number;
}

/** The answers to requests for which a responder has no room, by what it lacks. Created once for all such requests. */
export function shortageFailures({ inFlightMax, inFlightBytesMax, requestersMax }: Bounds): {
  readonly full: Failure;
  readonly heavy: Failure;
  readonly crowded: Failure;
} {
  return {
    full: failure('overloaded', `the server has ${inFlightMax} requests in flight, as many as it admits`),
    heavy: failure(
      'overloaded',
      `the requests that the server has in flight take ${inFlightBytesMax} bytes, as many as it admits`,
    ),
    crowded: failure(
      'overloaded',
      `the server has requests of ${requestersMax} requesters in flight, as many as it admits`,
    ),
  };
}
