import type { Failure } from '@cateto/contracts';
import { failure } from '@cateto/contracts';

/**
 * How long a call of a formula may wait for an op-server, so that a fallback still arrives before the client's
 * deadline: the time left, less a quarter of it, at most 50 ms.
 */
export function callPatienceMs(leftMs: number): number {
  return leftMs - Math.min(leftMs / 4, 50);
}

/** The requester has settled, so this failure reaches no caller. */
export const cancelled: Failure = failure('cancelled', 'the requester has cancelled the request');
