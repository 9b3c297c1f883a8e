import type { ContractSet, DescribedFailures, DescribedFormula } from '../export/contract-set.ts';
import type { Incompatibility } from './incompatibility.ts';
import { show } from './incompatibility.ts';
import { incompatibilities } from './schema-comparison.ts';
import type { Schema, SchemaView } from './schema-view.ts';
import { listOf, viewOf } from './schema-view.ts';
import { counterexample } from './counterexample.ts';

/*
 * Compares contracts with those of the last release. A client may be older than its server. So an input that was
 * released has to be accepted by the current server, and an output of the current server has to be understood by the
 * released client: inputs may only accept more; outputs may only write less, or add optional fields. Messages of the
 * protocol have no hash that would tell two builds apart, so they are checked in both directions.
 */

/** A change that a program of the last release would misunderstand. */
export interface Violation {
  /** `operation square`, `formula leg`, `message failure`. */
  readonly contract: string;
  /** `input.sides[]`, `operand b`; empty when the violation concerns the whole contract. */
  readonly field: string;
  readonly problem: string;
  /** A compatible change to make instead. */
  readonly remedy: string;
  /** A value that shows the violation, if one was found. */
  readonly example: readonly [value?: unknown];
}

export function violations(released: ContractSet, current: ContractSet): readonly Violation[] {
  return [
    ...Object.keys(released.operations).flatMap((name) => operationViolations(name, released, current)),
    ...Object.keys(released.formulas).flatMap((name) => formulaViolations(name, released, current)),
    ...Object.keys(released.messages).flatMap((name) => messageViolations(name, released, current)),
  ];
}

function operationViolations(name: string, released: ContractSet, current: ContractSet): Violation[] {
  const contract = `operation ${name}`;
  const [was, is] = [released.operations[name], current.operations[name]];
  if (was === undefined || is === undefined) return [gone(contract)];
  return [
    ...versionRaised(contract, was, is),
    ...widened(contract, 'input', was.input, is.input),
    ...narrowed(contract, 'output', was.output, is.output),
    ...failureViolations(contract, was.failures, is.failures),
  ];
}

/** A program of the last release takes a failure that it does not know for `internal`. */
function failureViolations(contract: string, was: DescribedFailures = {}, is: DescribedFailures = {}): Violation[] {
  return Object.entries(is).flatMap(([code, data]) => {
    const before = Object.hasOwn(was, code) ? was[code] : undefined;
    if (before !== undefined) return narrowed(contract, `failure ${code}`, before, data);
    const remedy = 'add a contract with a new name that may fail with it';
    return [whole(contract, `failure ${code}`, 'is new: programs of the last release do not know it', remedy)];
  });
}

function formulaViolations(name: string, released: ContractSet, current: ContractSet): Violation[] {
  const contract = `formula ${name}`;
  const [was, is] = [released.formulas[name], current.formulas[name]];
  if (was === undefined || is === undefined) return [gone(contract)];
  // Both are the contract of the operation, which is compared already.
  if (was.exposes === true && is.exposes === true) return [];
  return [
    ...versionRaised(contract, was, is),
    ...operandViolations(contract, was, is),
    ...narrowed(contract, 'output', was.output, is.output),
    ...failureViolations(contract, was.failures, is.failures),
  ];
}

function messageViolations(name: string, released: ContractSet, current: ContractSet): Violation[] {
  const contract = `message ${name}`;
  const [was, is] = [released.messages[name], current.messages[name]];
  if (was === undefined || is === undefined) return [gone(contract)];
  return [...widened(contract, '', was, is), ...narrowed(contract, '', was, is)];
}

/** One line for people. */
export function violationText({ contract, field, problem, remedy, example }: Violation): string {
  const where = field === '' ? contract : `${contract}, ${field}`;
  const shown = example.length === 0 ? '' : ` (for example ${show(example[0])})`;
  return `${where}: ${problem}${shown}. Compatible: ${remedy}.`;
}

/** Checks a value that a server receives: it must still accept everything that was written before. */
function widened(contract: string, place: string, was: Schema, is: Schema): Violation[] {
  return compared(contract, place, viewOf(was), viewOf(is), ({ widen }) => widen);
}

/** Checks a value that a server sends: it may write only what was accepted before. */
function narrowed(contract: string, place: string, was: Schema, is: Schema): Violation[] {
  return compared(contract, place, viewOf(is), viewOf(was), ({ narrow }) => narrow);
}

function compared(
  contract: string,
  place: string,
  sender: SchemaView,
  receiver: SchemaView,
  remedyOf: (incompatibility: Incompatibility) => string,
): Violation[] {
  const found = incompatibilities(sender, receiver);
  const example = found.length === 0 ? [] : counterexample(sender, receiver);
  return found.map((incompatibility) => {
    const { problem } = incompatibility;
    const field = place + (place === '' ? named(incompatibility.at, sender.schema) : incompatibility.at);
    return { contract, field, problem, remedy: remedyOf(incompatibility), example: example as Violation['example'] };
  });
}

/** Replaces the position of a message's field by its name. */
function named(at: string, message: Schema): string {
  return at.replace(/^\[(\d+)\]/, (position, index: string) => {
    const field = typeof message === 'object' ? listOf(message.prefixItems)[Number(index)] : undefined;
    return `field ${(field as { readonly title?: string } | undefined)?.title ?? position}`;
  });
}

function operandViolations(contract: string, was: DescribedFormula, is: DescribedFormula): Violation[] {
  const names = (formula: DescribedFormula): string => formula.operands.map(({ name }) => name).join(', ');
  const [before, now] = [names(was), names(is)];
  const remedy = `leave the operands (${before}); add a formula with a new name for other operands`;
  if (was.operands.length !== is.operands.length) {
    return [
      whole(
        contract,
        'operands',
        `are ${now} and were ${before}: requests of the last release have the former ones`,
        remedy,
      ),
    ];
  }
  const moved = is.operands.filter(({ name }, index) => was.operands.findIndex((o) => o.name === name) !== index);
  // Renaming an operand is compatible: operands travel by position.
  const swapped = moved.filter(({ name }) => was.operands.some((operand) => operand.name === name));
  if (swapped.length > 0) {
    return [whole(contract, 'operands', `are in the order ${now} and were in the order ${before}`, remedy)];
  }
  return was.operands.flatMap(({ name, schema }, index) =>
    widened(contract, `operand ${name}`, schema, is.operands[index]?.schema ?? true),
  );
}

function versionRaised(contract: string, was: { version: number }, is: { version: number }): Violation[] {
  if (was.version === is.version) return [];
  const problem = `is ${is.version} and was ${was.version}: its meaning has changed`;
  return [whole(contract, 'version', problem, 'add a contract with a new name for the new meaning')];
}

function gone(contract: string): Violation {
  return whole(contract, '', 'is gone', 'keep it for clients of the last release');
}

function whole(contract: string, field: string, problem: string, remedy: string): Violation {
  return { contract, field, problem, remedy, example: [] };
}
