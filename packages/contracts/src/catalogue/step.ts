import type { Failure } from '../messages/failures.ts';
import { mapInputsMax } from '../messages/limits.ts';
import type { InputOf, Operation, OutputOf } from './operation.ts';

/*
 * The steps of a formula: calls that run at the same time, as pure data. A generator passes one to its server by
 * `yield*`, which evaluates to the results. A plan returns calls, which are steps too.
 *
 * A program has its own copy of this package, and loads formulas that another copy has made. So servers recognise a
 * step by a mark, whose value is the version of its form, and not by its class.
 */

/** The form of steps that this version of the package makes and knows. */
export const knownStepVersion = 1;

const brand = Symbol.for('@cateto/contracts/step');

/** The form of a step that any copy of this package made; undefined for anything else. */
export function stepVersionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { readonly [brand]?: unknown })[brand] : undefined;
}

/** `R` is the type of its results. */
abstract class Yielded<R> {
  static {
    Object.defineProperty(this.prototype, brand, { value: knownStepVersion });
  }

  *[Symbol.iterator](): Generator<this, R, unknown> {
    return (yield this) as R;
  }
}

function kindOf(prototype: object, kind: string): void {
  Object.defineProperty(prototype, 'kind', { value: kind });
}

/**
 * One operation with its input. In a generator, `yield*` evaluates to its output. The n-th call of a plan or step
 * travels on lane n, from the ninth on again from lane 1; or it prefers that lane (`LanePolicy`).
 */
export interface Call<O extends Operation = Operation> {
  readonly kind: 'call';
  readonly operation: O;
  readonly input: InputOf<O>;
  [Symbol.iterator](): Iterator<Call<O>, OutputOf<O>, unknown>;
}

class CallStep<O extends Operation> extends Yielded<OutputOf<O>> implements Call<O> {
  static {
    kindOf(this.prototype, 'call');
  }

  declare readonly kind: 'call';
  readonly operation: O;
  readonly input: InputOf<O>;

  constructor(operation: O, input: InputOf<O>) {
    super();
    this.operation = operation;
    this.input = input;
  }
}

export function call<O extends Operation>(operation: O, input: NoInfer<InputOf<O>>): Call<O> {
  return new CallStep(operation, input);
}

/** Says whether a map whose call failed fails too (`throw`), or has the failure among its results (`collect`). */
export type OnFailure = 'throw' | 'collect';

export interface MapOptions<H extends OnFailure = OnFailure> {
  /** How many of its calls are in flight at once; 256 unless given. The others wait for their turn in the server. */
  readonly concurrency?: number | undefined;
  /**
   * `throw`, unless given: the first failure cancels the other calls and is thrown. `collect`: each failed call has its
   * `Failure` among the results.
   */
  readonly onFailure?: H | undefined;
}

/** One operation with many inputs. `yield*` evaluates to the outputs, in the order of the inputs. */
export interface MapStep<O extends Operation = Operation, R = unknown> {
  readonly kind: 'map';
  readonly operation: O;
  readonly inputs: readonly InputOf<O>[];
  readonly concurrency: number | undefined;
  readonly onFailure: OnFailure;
  [Symbol.iterator](): Iterator<MapStep<O, R>, R, unknown>;
}

class Mapped<O extends Operation, R> extends Yielded<R> implements MapStep<O, R> {
  static {
    kindOf(this.prototype, 'map');
  }

  declare readonly kind: 'map';
  readonly operation: O;
  readonly inputs: readonly InputOf<O>[];
  readonly concurrency: number | undefined;
  readonly onFailure: OnFailure;

  constructor(operation: O, inputs: readonly InputOf<O>[], { concurrency, onFailure = 'throw' }: MapOptions) {
    super();
    this.operation = operation;
    this.inputs = inputs;
    this.concurrency = concurrency;
    this.onFailure = onFailure;
  }
}

/** The results of a map. A collected failure is a `Failure`; `isFailure` tells it from an output. */
export type MapResults<O extends Operation, H extends OnFailure> = (
  | OutputOf<O>
  | (H extends 'collect' ? Failure : never)
)[];

/** Calls an operation once for each input; at most 10,000 inputs. */
export function map<O extends Operation, const H extends OnFailure = 'throw'>(
  operation: O,
  inputs: Iterable<NoInfer<InputOf<O>>>,
  options: MapOptions<H> = {},
): MapStep<O, MapResults<O, H>> {
  return new Mapped<O, MapResults<O, H>>(operation, Array.isArray(inputs) ? inputs : listOf(inputs), options);
}

/** One more than a map may have is enough to refuse it; the rest may have no end. */
function listOf<T>(inputs: Iterable<T>): T[] {
  const list: T[] = [];
  for (const input of inputs) {
    list.push(input);
    if (list.length > mapInputsMax) break;
  }
  return list;
}

/** A part of `all` and `allSettled`. */
export type Part<O extends Operation = Operation> = Call<O> | MapStep<O>;

/** Parts in a list or by name. */
export type Parts<O extends Operation = Operation> = readonly Part<O>[] | Readonly<Record<string, Part<O>>>;

type ResultOf<S> = S extends { [Symbol.iterator](): Iterator<unknown, infer R, unknown> } ? R : never;

/** The result of each part, in the place of the part. */
export type AllResults<P extends Parts> = { -readonly [K in keyof P]: ResultOf<P[K]> };

/** For each part, in its place, its result or the failure that ended it. */
export type SettledResults<P extends Parts> = { -readonly [K in keyof P]: ResultOf<P[K]> | Failure };

/** Calls and maps that run at the same time. */
export interface AllStep<P extends Parts = Parts, R = unknown> {
  readonly kind: 'all' | 'allSettled';
  readonly parts: P;
  [Symbol.iterator](): Iterator<AllStep<P, R>, R, unknown>;
}

class Together<P extends Parts, R> extends Yielded<R> implements AllStep<P, R> {
  readonly kind: 'all' | 'allSettled';
  readonly parts: P;

  constructor(kind: 'all' | 'allSettled', parts: P) {
    super();
    this.kind = kind;
    this.parts = parts;
  }
}

/**
 * Runs all parts at the same time. The first failure cancels the other parts and is thrown.
 *
 * @param parts calls and maps, as a tuple or as an object; the results have the same form
 */
export function all<const P extends Parts>(parts: P): AllStep<P, AllResults<P>> {
  return new Together<P, AllResults<P>>('all', parts);
}

/** Runs all parts at the same time, to the end of each. A part that failed has a `Failure` in place of its result. */
export function allSettled<const P extends Parts>(parts: P): AllStep<P, SettledResults<P>> {
  return new Together<P, SettledResults<P>>('allSettled', parts);
}

/** A step that calls only the operations `O`. */
export type Step<O extends Operation = Operation> = Call<O> | MapStep<O> | AllStep<Parts<O>>;
