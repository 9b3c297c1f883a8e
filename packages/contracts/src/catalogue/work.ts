import { ttlMsMax } from '../messages/limits.ts';
import { textOf } from '../values/thrown-text.ts';

/*
 * How servers treat the work of an operation. The hash of a contract does not cover it, so servers and requesters of
 * two releases may have different policies and still understand each other.
 */

/**
 * When a calc-server computes an operation itself because op-servers do not:
 * - `unserved`: no op-server listens, and has not for longer than a failover takes;
 * - `late`: the same, and when no answer came within the operation timeout (`CATETO_OPERATION_TIMEOUT_MS`);
 * - `never`.
 */
export type FallbackPolicy = 'late' | 'unserved' | 'never';

/**
 * On which lane a call of a formula travels:
 * - `fixed`: the n-th call of the plan on lane n, and on no other;
 * - `any`: the n-th call goes to the least busy op-server of any lane. Of servers that are equally busy,
 *   it goes to one that listens on lane n. It travels on lane n if its server listens there.
 */
export type LanePolicy = 'fixed' | 'any';

export interface Work {
  /**
   * How long a handler may run, in milliseconds by the clock of its server; 1 to 86,400,000. A handler that runs longer
   * fails: the requester gets `internal`, the handler's signal aborts, and a thread whose handler does not end within a
   * second is terminated. Unless given, only the request's deadline ends a handler.
   */
  readonly maxMs?: number | undefined;
  readonly fallback: FallbackPolicy;
  readonly lanes: LanePolicy;
}

/** A policy in a declaration. Unless given, `fallback` is `unserved` and `lanes` is `any`. */
export type GivenWork = { readonly [Name in keyof Work]?: Work[Name] | undefined };

const fallbacks: readonly FallbackPolicy[] = ['late', 'unserved', 'never'];
const lanePolicies: readonly LanePolicy[] = ['fixed', 'any'];
const names: readonly string[] = ['maxMs', 'fallback', 'lanes'] satisfies readonly (keyof Work)[];

/**
 * The whole policy of an operation.
 *
 * @throws TypeError that names the operation, the field and its possible values, because a misspelt policy would have
 * no effect
 */
export function workOf(operation: string, given: GivenWork = {}): Work {
  if (typeof given !== 'object' || given === null) throw misfit(operation, '', given, 'an object');
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      throw new TypeError(`operation "${operation}", work: there is no "${name}"; there are ${names.join(', ')}`);
    }
  }
  const { maxMs, fallback = 'unserved', lanes = 'any' } = given;
  if (maxMs !== undefined && !(Number.isSafeInteger(maxMs) && maxMs >= 1 && maxMs <= ttlMsMax)) {
    throw misfit(operation, '.maxMs', maxMs, `a whole number of milliseconds from 1 to ${ttlMsMax}`);
  }
  if (!fallbacks.includes(fallback)) throw misfit(operation, '.fallback', fallback, oneOf(fallbacks));
  if (!lanePolicies.includes(lanes)) throw misfit(operation, '.lanes', lanes, oneOf(lanePolicies));
  return { ...(maxMs !== undefined && { maxMs }), fallback, lanes };
}

/** @throws TypeError for a contract that was not declared with `operation()` and whose policy is incomplete */
export function assertWork(operation: string, work: Work | undefined): void {
  workOf(operation, work);
  if (work?.fallback !== undefined && work.lanes !== undefined) return;
  throw new TypeError(`operation "${operation}", work: fallback and lanes are missing; declare it with operation()`);
}

function misfit(operation: string, field: string, given: unknown, wanted: string): TypeError {
  const shown = typeof given === 'string' ? JSON.stringify(given) : textOf(given);
  return new TypeError(`operation "${operation}", work${field}: ${shown} is not ${wanted}`);
}

function oneOf(values: readonly string[]): string {
  return `one of ${values.join(', ')}`;
}
