import type { Failure } from '../messages/failures.ts';
import { failure, isFailure } from '../messages/failures.ts';
import type { Formula } from '../catalogue/formula.ts';
import type { Operation } from '../catalogue/operation.ts';
import { failureSchemaOf } from '../catalogue/declared-failures.ts';
import { failureDataBytesMax } from '../messages/limits.ts';
import { encodedBytes } from '../msgpack/value-size.ts';
import type { ValueSchema } from '../schemas/value-schema.ts';
import { problemOf, problemOfTaken } from './parse.ts';
import { takeValue } from './plain-value.ts';
import { validatorOf } from './validate.ts';
import { textOf } from './thrown-text.ts';

/*
 * Values that a program hands in are copied and checked against the contract before they are sent; messages/read.ts checks
 * them again on arrival. The copy can be encoded, fits a frame, and belongs to no other code.
 */

/** @returns the input to send, or a failure */
export function takeInput(contract: Operation, input: unknown): unknown {
  return take('invalid-request', contract.name, 'input', contract.input, input);
}

/** @returns the operands to send, or a failure */
export function takeOperands(contract: Formula, given: unknown): readonly unknown[] | Failure {
  const { name, operands: declared } = contract;
  try {
    const operands: readonly unknown[] = Array.isArray(given) ? given : [];
    if (operands.length !== declared.length) return wrongNumber(contract, operands.length);
    const taken: unknown[] = [];
    for (let index = 0; index < declared.length; index += 1) {
      const [operand, schema] = declared[index] as readonly [string, ValueSchema];
      const one = take('invalid-request', name, 'operand ', schema, operands[index], operand);
      if (isFailure(one)) return one;
      taken.push(one);
    }
    return taken;
  } catch (error) {
    // The list may be a Proxy.
    return failure('invalid-request', `${name}: the operands cannot be read: ${textOf(error)}`);
  }
}

function wrongNumber({ name, operands }: Formula, given: number): Failure {
  const names = operands.map(([operand]) => operand).join(', ');
  return failure('invalid-request', `${name} takes ${operands.length} operands (${names}), not ${given}`);
}

/**
 * Checks the output of a server's own code. A requester drops a value that does not fit, and would wait for another
 * until its deadline. A wrong value here is a fault of the server's code.
 *
 * @returns the output to send, or `internal`
 */
export function takeOutput(contract: Operation | Formula, value: unknown): unknown {
  return take('internal', contract.name, codeGave[contract.kind], contract.output, value);
}

/**
 * Checks a failure that the code of a contract declares and gives. The message is for people, and may be empty.
 *
 * @returns the failure to send, or a text that says why it cannot be sent
 */
export function takeFailure(contract: Operation | Formula, given: Failure): Failure | string {
  const code = textOf(given.code);
  const schema = failureSchemaOf(contract, code);
  if (schema === undefined) return `it failed with "${code}", which the ${contract.kind} does not declare`;
  const taken = takeValue(given.data ?? null);
  const problem = taken.fault ?? problemOfTaken(schema, taken.value, taken.binary);
  if (problem !== undefined) return `the data of its failure "${code}": ${problem}`;
  if (encodedBytes(taken.value) > failureDataBytesMax) {
    return `the data of its failure "${code}" has more than ${failureDataBytesMax} bytes`;
  }
  const message = textOf(given.message);
  return failure(code, message === '' ? `${contract.name}: ${code}` : message, taken.value);
}

const codeGave = {
  operation: 'the code of the operation returned',
  formula: 'the code of the formula returned',
} as const;

/** @returns a copy, or a failure; a value is never a failure */
function take(
  code: 'invalid-request' | 'internal',
  name: string,
  what: string,
  schema: ValueSchema,
  value: unknown,
  operand = '',
): unknown {
  // A shortcut for numbers, which nearly all values are. Adding 0 turns -0 into 0, as the wire does.
  if (typeof value === 'number' && validatorOf(schema)?.(value) === true) return value + 0;
  const taken = takeValue(value);
  const problem =
    taken.fault === undefined
      ? problemOfTaken(schema, taken.value, taken.binary)
      : wordedBy(schema, value, taken.fault);
  return problem === undefined ? taken.value : failure(code, `${name}: ${what}${operand}: ${problem}`);
}

/**
 * Describes a value that cannot be sent. The schema's text is better, but an object could answer each reading
 * differently.
 */
function wordedBy(schema: ValueSchema, value: unknown, fault: string): string {
  return typeof value === 'object' ? fault : (problemOf(schema, value) ?? fault);
}
