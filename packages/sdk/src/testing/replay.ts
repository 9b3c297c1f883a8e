import type { AnyFormulaCode, FormulaGenerator } from '@cateto/contracts';
import { copyOf, isFailure, textOf } from '@cateto/contracts';
import { isDeepStrictEqual } from 'node:util';

/*
 * A server may run a generator again from the start, and its requester expects the same outcome. So in a simulated
 * system each generator that has ended runs once more, with the results that its calls had. It must yield the same steps
 * and end in the same way. If not, its formula fails as `internal`, and the text says where the two runs differ.
 */

/** The outcome of a step, and what the generator continued with. */
type Given = { readonly value: unknown } | { readonly thrown: unknown };
type Step = Running extends Generator<infer S> ? S : never;
type Operands = Parameters<FormulaGenerator['steps']>[0];
type Running = ReturnType<FormulaGenerator['steps']>;
type Seen = { readonly step: unknown; readonly given: Given };
type End = { readonly returned: unknown } | { readonly thrown: unknown };

/** Formulas whose generators are checked; those of one round stay as they are. */
export function replayed<F extends Readonly<Record<string, AnyFormulaCode>>>(formulas: F): F {
  const entries = Object.entries(formulas).map(([name, code]) => [
    name,
    code.steps === undefined ? code : checked(name, code),
  ]);
  return Object.fromEntries(entries) as F;
}

function checked(name: string, code: FormulaGenerator): FormulaGenerator {
  return {
    ...code,
    steps(operands) {
      const own = copyOf(operands);
      const running: unknown = code.steps(operands);
      // The server refuses anything else, and says why.
      return (isGenerator(running) ? twice(name, code, own, running) : running) as Running;
    },
  };
}

/** Runs a generator, and then another one of the same code with the same results. */
function* twice(name: string, code: FormulaGenerator, operands: Operands, running: Running): Running {
  const seen: Seen[] = [];
  let end: End;
  try {
    let pulled = running.next();
    while (pulled.done !== true) {
      const step = described(pulled.value);
      const given = yield* outcomeOf(pulled.value);
      seen.push({ step, given: 'value' in given ? { value: copied(given.value) } : given });
      pulled = 'value' in given ? running.next(given.value) : running.throw(given.thrown);
    }
    end = { returned: pulled.value };
  } catch (error) {
    end = { thrown: error };
  }
  // No server sends a promise. Nothing would handle the rejection of a second one.
  if ('returned' in end && end.returned instanceof Promise) return end.returned as never;
  const difference = replay(code, operands, seen, end);
  if (difference !== undefined) throw new Error(`${name} is not deterministic: run again, ${difference}`);
  if ('thrown' in end) throw end.thrown;
  return end.returned;
}

/** As a server knows it. */
function isGenerator(given: unknown): given is Running {
  if (typeof given !== 'object' || given === null || Symbol.asyncIterator in given) return false;
  const { next, throw: fail } = given as Partial<Running>;
  return typeof next === 'function' && typeof fail === 'function';
}

function* outcomeOf(step: Step): Generator<Step, Given, unknown> {
  try {
    return { value: yield step };
  } catch (error) {
    return { thrown: error };
  }
}

/** @returns how the second run differs from the first one */
function replay(code: FormulaGenerator, operands: Operands, seen: readonly Seen[], end: End): string | undefined {
  const running = code.steps(operands);
  try {
    let pulled = running.next();
    for (const [index, { step, given }] of seen.entries()) {
      if (pulled.done === true) return `it ended before step ${index + 1}`;
      if (!isDeepStrictEqual(described(pulled.value), step)) return `its step ${index + 1} was another one`;
      pulled = 'value' in given ? running.next(copied(given.value)) : running.throw(given.thrown);
    }
    if (pulled.done !== true) return `it yielded a step ${seen.length + 1}`;
    if ('thrown' in end) return `it returned, and threw before (${textOf(end.thrown)})`;
    return isDeepStrictEqual(pulled.value, end.returned) ? undefined : 'it returned another value';
  } catch (error) {
    if ('returned' in end) return `it threw, and returned before (${textOf(error)})`;
    return textOf(error) === textOf(end.thrown) ? undefined : `it threw something else (${textOf(error)})`;
  }
}

/** A step as data, taken before the generator can change what it gave. */
function described(step: unknown): unknown {
  if (typeof step !== 'object' || step === null) return step;
  const { kind, operation, parts, ...rest } = step as Step & {
    readonly operation?: { readonly name: string };
    readonly parts?: object;
  };
  return {
    kind,
    operation: operation?.name,
    parts: parts === undefined ? undefined : Object.entries(parts).map(([key, part]) => [key, described(part)]),
    rest: taken(rest),
  };
}

function taken(given: object): unknown {
  return Object.entries(given).map(([key, value]: [string, unknown]) => [key, copied(value)]);
}

/** A copy in which failures stay the same objects. */
function copied(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || isFailure(given)) return given;
  if (ArrayBuffer.isView(given)) return copyOf(given);
  if (Array.isArray(given)) return given.map(copied);
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, copied(value)]));
}
