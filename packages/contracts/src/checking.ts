import type { z } from 'zod';
import type { Failure } from './failures.ts';
import { failure, isFailure } from './failures.ts';
import type { Formula } from './formula.ts';
import type { Operation } from './operation.ts';
import { problemOf } from './parse.ts';
import { takeValue } from './plain-value.ts';
import { quickCheck } from './quick-check.ts';
import { textOf } from './thrown-text.ts';

/*
 * What a program hands in is taken and checked against the contract before it is sent; reading.ts checks it again where it
 * arrives. What is taken can be encoded, fits a frame, and is nobody else's.
 */

/** @returns the input to send, or the failure that it deserves */
export function takeInput(contract: Operation, input: unknown): unknown {
  return take('invalid-request', contract.name, 'input', contract.input, input);
}

/** @returns the operands to send, or the failure that they deserve */
export function takeOperands(contract: Formula, given: unknown): readonly unknown[] | Failure {
  const { name, operands: declared } = contract;
  try {
    const operands: readonly unknown[] = Array.isArray(given) ? given : [];
    if (operands.length !== declared.length) return wrongNumber(contract, operands.length);
    const taken: unknown[] = [];
    for (let index = 0; index < declared.length; index += 1) {
      const [operand, schema] = declared[index] as readonly [string, z.ZodType];
      const one = take('invalid-request', name, 'operand ', schema, operands[index], operand);
      if (isFailure(one)) return one;
      taken.push(one);
    }
    return taken;
  } catch (error) {
    // A list may be a Proxy.
    return failure('invalid-request', `${name}: the operands cannot be read: ${textOf(error)}`);
  }
}

function wrongNumber({ name, operands }: Formula, given: number): Failure {
  const names = operands.map(([operand]) => operand).join(', ');
  return failure('invalid-request', `${name} takes ${operands.length} operands (${names}), not ${given}`);
}

/**
 * A requester drops a value that does not fit, and would wait for another until its deadline. So a server checks what
 * its own code made: a wrong value is a fault of that code.
 *
 * @returns the output to send, or `internal`
 */
export function takeOutput(contract: Operation | Formula, value: unknown): unknown {
  return take('internal', contract.name, codeGave[contract.kind], contract.output, value);
}

const codeGave = { operation: 'the code of the operation gave', formula: 'the code of the formula gave' } as const;

/** @returns a copy, or a failure: no value is one */
function take(
  code: 'invalid-request' | 'internal',
  name: string,
  what: string,
  schema: z.ZodType,
  value: unknown,
  operand = '',
): unknown {
  // Nearly all are. -0 arrives as 0.
  if (typeof value === 'number' && quickCheck(schema)?.(value) === true) return value + 0;
  const taken = takeValue(value);
  const problem = taken.fault === undefined ? problemOf(schema, taken.value) : wordedBy(schema, value, taken.fault);
  return problem === undefined ? taken.value : failure(code, `${name}: ${what}${operand}: ${problem}`);
}

/** What no value is the schema refuses in better words, unless it is asked of something that could answer differently each time. */
function wordedBy(schema: z.ZodType, value: unknown, fault: string): string {
  return typeof value === 'object' ? fault : (problemOf(schema, value) ?? fault);
}
