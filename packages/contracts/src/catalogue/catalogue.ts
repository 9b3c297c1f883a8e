import { contractHash } from './contract-hash.ts';
import type { Formula } from './formula.ts';
import { lanesMax } from '../messages/limits.ts';
import { assertFailures } from './declared-failures.ts';
import { assertName, assertOperandName } from './names.ts';
import type { Operation } from './operation.ts';
import { problemOfTaken } from '../values/parse.ts';
import { takeValue } from '../values/plain-value.ts';
import type { ValueSchema } from '../schemas/value-schema.ts';
import { assertWork } from './work.ts';

/** All operations and formulas of a system, by name, with the hash of each contract. */
export interface Catalogue<
  O extends Readonly<Record<string, Operation>> = Readonly<Record<string, Operation>>,
  F extends Readonly<Record<string, Formula>> = Readonly<Record<string, Formula>>,
> {
  readonly operations: O;
  readonly formulas: F;
  /** By name. Operations and formulas share one namespace. */
  readonly hashes: ReadonlyMap<string, number>;
}

export type OperationName<C extends Catalogue> = keyof C['operations'] & string;
export type FormulaName<C extends Catalogue> = keyof C['formulas'] & string;

/**
 * Combines contracts and checks what types cannot: names, the shared namespace, schemas that fit the wire, and examples
 * that fit their schemas.
 *
 * @throws TypeError naming the contract and what is wrong with it
 */
export function defineCatalogue<
  const O extends Readonly<Record<string, Operation>>,
  const F extends Readonly<Record<string, Formula>>,
>(declaration: { readonly operations: O; readonly formulas: F }): Catalogue<O, F> {
  const { operations, formulas } = declaration;
  const hashes = new Map<string, number>();
  assertKind('operation', operations);
  assertKind('formula', formulas);
  for (const [key, contract] of [...Object.entries(operations), ...Object.entries(formulas)]) {
    assertName(contract.kind, contract.name);
    if (key !== contract.name) {
      throw new TypeError(`${contract.kind} "${contract.name}" is in the catalogue under the key "${key}"`);
    }
    // An exposed operation is one contract, with one hash.
    if (contract.kind === 'formula' && exposes(contract, operations)) continue;
    if (hashes.has(key)) throw new TypeError(`"${key}" names both an operation and a formula`);
    assertVersion(contract);
    assertFailures(`${contract.kind} "${contract.name}"`, contract.failures);
    hashes.set(key, contractHash(contract));
  }
  for (const contract of Object.values(operations)) {
    checkOperationExample(contract);
    assertWork(contract.name, contract.work);
  }
  for (const contract of Object.values(formulas)) {
    checkOperands(contract);
    checkCalls(contract, operations);
  }
  return branded({ operations, formulas, hashes });
}

/** The form of catalogues that this version of the package makes and knows. */
export const knownCatalogueVersion = 1;

/** Shared by all copies of this package: a program has its own, and loads catalogues that another copy has made. */
const brand = Symbol.for('@cateto/contracts/catalogue');

function branded<C extends object>(catalogue: C): C {
  return Object.defineProperty(catalogue, brand, { value: knownCatalogueVersion });
}

/** The form of a catalogue that any copy of this package made; undefined for anything else. */
export function catalogueVersionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { readonly [brand]?: unknown })[brand] : undefined;
}

/** For programs without types; all code below relies on it. */
function assertKind(kind: 'operation' | 'formula', contracts: unknown): void {
  if (typeof contracts !== 'object' || contracts === null) {
    throw new TypeError(`the catalogue has no object of ${kind}s; it may be empty`);
  }
  for (const [key, contract] of Object.entries(contracts) as [string, Partial<Operation | Formula> | null][]) {
    if (contract?.kind === kind) continue;
    throw new TypeError(`"${key}" is listed among the ${kind}s and is ${kindsOf(contract?.kind)}`);
  }
}

function kindsOf(kind: 'operation' | 'formula' | undefined): string {
  if (kind === 'operation') return 'an operation';
  return kind === 'formula' ? 'a formula' : 'no contract';
}

/** @throws TypeError when the formula exposes an operation that the catalogue does not have */
function exposes({ name, exposes: operation }: Formula, operations: Readonly<Record<string, Operation>>): boolean {
  if (operation === undefined) return false;
  if (Object.hasOwn(operations, name) && operations[name] === operation) return true;
  throw new TypeError(`formula "${name}" exposes an operation that is not among the operations of the catalogue`);
}

function assertVersion({ kind, name, version }: Operation | Formula): void {
  if (Number.isSafeInteger(version) && version >= 1) return;
  throw new TypeError(`${kind} "${name}": version ${version} is not a whole number from 1`);
}

function checkOperationExample(contract: Operation): void {
  checkExample(contract, 'input', contract.input, contract.example.input);
  checkExample(contract, 'output', contract.output, contract.example.output);
}

function checkOperands(contract: Formula): void {
  const names = contract.operands.map(([name]) => name);
  if (names.length < 1 || names.length > lanesMax) {
    throw new TypeError(`formula "${contract.name}" has ${names.length} operands; 1 to ${lanesMax} are possible`);
  }
  for (const name of names) assertOperandName(contract.name, name);
  if (new Set(names).size < names.length) {
    throw new TypeError(`formula "${contract.name}" has two operands of one name (${names.join(', ')})`);
  }
  const given = contract.example.operands.length;
  if (given !== names.length) {
    throw new TypeError(`formula "${contract.name}", example: ${given} operands; the contract has ${names.length}`);
  }
  for (const [index, [name, schema]] of contract.operands.entries()) {
    checkExample(contract, `operand ${name}`, schema, contract.example.operands[index]);
  }
  checkExample(contract, 'output', contract.output, contract.example.output);
}

function checkCalls({ name, calls }: Formula, operations: Readonly<Record<string, Operation>>): void {
  for (const called of calls ?? []) {
    if (Object.hasOwn(operations, called.name)) continue;
    throw new TypeError(`formula "${name}" calls the operation "${called.name}", which is not in the catalogue`);
  }
}

function checkExample(contract: Operation | Formula, where: string, schema: ValueSchema, example: unknown): void {
  const taken = takeValue(example);
  const problem = taken.fault ?? problemOfTaken(schema, taken.value, taken.binary);
  if (problem !== undefined) throw new TypeError(`${contract.kind} "${contract.name}", example ${where}: ${problem}`);
}

/** The hash of a contract of this catalogue. An unknown name is a programmer's error. */
export function hashOf(catalogue: Catalogue, name: string): number {
  const hash = catalogue.hashes.get(name);
  if (hash === undefined) throw new TypeError(`"${name}" is not in the catalogue`);
  return hash;
}
