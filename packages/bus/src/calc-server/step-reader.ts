import { contractHash, isFailure, knownStepVersion, limits, stepVersionOf, takeInput, textOf } from '@cateto/contracts';
import type { Formula, Operation } from '@cateto/contracts';
import { hush, isThenable } from '../runs/promises.ts';
import type { CallRoute, CallRoutes } from './operation-call.ts';

/*
 * Reads the steps and calls of a formula's code. Types do not bind a program in JavaScript, and another copy of the
 * contracts may have made a step, so each part is checked. Each part is read once.
 */

/** Calls of one operation: those of a map, or a single one. */
export interface TakenCalls {
  readonly operation: string;
  /** From the first lane on. */
  readonly routes: readonly CallRoute[];
  readonly inputs: readonly unknown[];
  /** Its result is an output, and not a list of outputs. */
  readonly single: boolean;
  /** How many are in flight at once. */
  readonly concurrency: number;
  /** A failed call has its failure among the results. */
  readonly collect: boolean;
}

export interface TakenStep {
  readonly parts: readonly TakenCalls[];
  /** The form of the results: that of the only part, a list, or the names of an object. */
  readonly form: 'one' | 'list' | readonly string[];
  /** A failed part has its failure as its result. */
  readonly settled: boolean;
  readonly calls: number;
}

/** @returns the step, or a text that says what is wrong with it */
export function takeStep(formula: Formula, routes: CallRoutes, given: unknown): TakenStep | string {
  if (isThenable(given)) {
    hush(given);
    return 'it yielded a promise; a formula is synchronous';
  }
  const version = stepVersionOf(given);
  if (version === undefined)
    return 'it yielded something that is no step; write yield* before call, map, all and allSettled';
  if (version !== knownStepVersion) {
    return `it yielded a step of another version of @cateto/contracts (form ${textOf(version)}, known here: ${knownStepVersion}); install the same version of both`;
  }
  const { kind } = given as { readonly kind: unknown };
  if (kind !== 'all' && kind !== 'allSettled') {
    const part = takePart(formula, routes, given);
    return typeof part === 'string' ? part : stepOf([part], 'one', false);
  }
  const { parts } = given as { readonly parts: object };
  const form = Array.isArray(parts) ? 'list' : Object.keys(parts);
  const values: readonly unknown[] = Array.isArray(parts) ? parts : Object.values(parts);
  const taken: TakenCalls[] = [];
  for (const each of values) {
    const part = takePart(formula, routes, each);
    if (typeof part === 'string') return part;
    taken.push(part);
  }
  return stepOf(taken, form, kind === 'allSettled');
}

function stepOf(parts: readonly TakenCalls[], form: TakenStep['form'], settled: boolean): TakenStep | string {
  let calls = 0;
  for (const { inputs } of parts) calls += inputs.length;
  if (calls <= limits.mapInputsMax) return { parts, form, settled, calls };
  return `a step of more than ${limits.mapInputsMax} calls; divide them among several steps`;
}

function takePart(formula: Formula, routes: CallRoutes, given: unknown): TakenCalls | string {
  if (stepVersionOf(given) !== knownStepVersion) return 'a part of a step is neither a call nor a map';
  const part = given as Readonly<
    Record<'kind' | 'operation' | 'input' | 'inputs' | 'onFailure' | 'concurrency', unknown>
  >;
  const { kind } = part;
  if (kind !== 'call' && kind !== 'map') return 'a part of a step is neither a call nor a map';
  const { operation: called } = part;
  const operation = nameOf(called);
  if (operation === undefined) return 'a call names no operation';
  const to = routesOf(formula, routes, operation, called);
  if (typeof to === 'string') return to;
  if (kind === 'call') {
    return { operation, routes: to, inputs: [part.input], single: true, concurrency: 1, collect: false };
  }
  const { inputs, onFailure, concurrency = limits.mapConcurrencyDefault } = part;
  if (!Array.isArray(inputs)) return `the inputs of a map of ${operation} are not a list`;
  const list = copyOfList(inputs);
  if (!Number.isSafeInteger(concurrency) || (concurrency as number) < 1) {
    return `the concurrency of a map of ${operation} is not a whole number from 1`;
  }
  if (onFailure !== 'throw' && onFailure !== 'collect')
    return `onFailure of a map of ${operation} is neither throw nor collect`;
  const collect = onFailure === 'collect';
  return { operation, routes: to, inputs: list, single: false, concurrency: concurrency as number, collect };
}

/** A list of user code may be a Proxy, which must not run later. One more input than may be is enough to refuse it. */
function copyOfList(inputs: readonly unknown[]): unknown[] {
  const count = Math.min(inputs.length, limits.mapInputsMax + 1);
  const list: unknown[] = [];
  for (let index = 0; index < count; index += 1) list.push(inputs[index]);
  return list;
}

function nameOf(operation: unknown): string | undefined {
  const { name } = (operation ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' ? name : undefined;
}

/** @returns the routes of an operation that the formula may call, or a text that says why it may not */
function routesOf(
  formula: Formula,
  routes: CallRoutes,
  operation: string,
  contract: unknown,
): readonly CallRoute[] | string {
  const found = routes.get(operation);
  if (found === undefined) return `${operation} is not an operation of this catalogue`;
  const own = found[0] as CallRoute;
  if (contract !== own.operation && hashOfCalled(contract as Operation) !== own.hash) {
    return `its call of ${operation} has another contract than ${operation} of this catalogue; use the operations of one catalogue`;
  }
  const { calls } = formula;
  if (calls === undefined || calls.some(({ name }) => name === operation)) return found;
  return `${operation} is not among the operations that the contract of ${formula.name} lists in calls`;
}

/** A hash takes microseconds, so that of each contract is taken once. */
const hashes = new WeakMap<Operation, number | undefined>();

/** The hash of a contract that is not the catalogue's own object; undefined for a value that is not a contract. */
function hashOfCalled(operation: Operation): number | undefined {
  if (hashes.has(operation)) return hashes.get(operation);
  let hash: number | undefined;
  try {
    hash = contractHash(operation);
  } catch {
    // A program in JavaScript may name an operation in any object.
  }
  hashes.set(operation, hash);
  return hash;
}

/** A call of a plan, with an input that belongs to no other code. */
export interface TakenCall {
  readonly route: CallRoute;
  readonly input: unknown;
}

/** @returns the call, or a text that says what is wrong with it */
export function takeCall(formula: Formula, routes: CallRoutes, call: unknown, index: number): TakenCall | string {
  const { operation, input } = (call ?? {}) as { operation?: unknown; input?: unknown };
  const called = nameOf(operation);
  if (called === undefined) return `call ${index + 1} of the plan names no operation`;
  const found = routesOf(formula, routes, called, operation);
  if (typeof found === 'string') return found;
  const route = found[index] as CallRoute;
  const taken = takeInput(route.operation, input);
  // The plan created the input, so it is copied.
  return isFailure(taken) ? `the plan's call of ${taken.message}` : { route, input: taken };
}
