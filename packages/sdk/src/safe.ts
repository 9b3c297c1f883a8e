import type { FailingCall } from './call.ts';
import { RequestError } from './request-error.ts';

/** The outcome of a request as a value. `error` is undefined exactly when the request succeeded. */
export type Outcome<T, E = RequestError> =
  | { readonly value: T; readonly error: undefined }
  | { readonly value: undefined; readonly error: E };

/**
 * Turns the rejection of a failed request into a value, for callers who do not want to throw:
 * `const { value, error } = await safe(calc.leg(3, 5))`.
 *
 * @param request the promise of a call; of several calls at once, give each its own `safe`
 * @returns never rejects with a RequestError
 * @throws whatever else the promise rejects with: that is a fault of the program, not of a request
 */
export function safe<T, E>(request: FailingCall<T, E>): Promise<Outcome<T, E>>;
export function safe<T>(request: PromiseLike<T>): Promise<Outcome<T>>;
export async function safe<T>(request: PromiseLike<T>): Promise<Outcome<T>> {
  try {
    return { value: await request, error: undefined };
  } catch (error) {
    if (error instanceof RequestError) return { value: undefined, error };
    throw error;
  }
}
